// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/training/models_panel.h"

#include <QAction>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMessageBox>
#include <QPushButton>
#include <QSplitter>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "app/report/model_card.h"
#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/settings/setting_texts.h"
#include "app/studio/shell/action_registry.h"
#include "app/studio/shell/job_bar.h"
#include "app/studio/training/training.h"
#include "app/studio/training/verdict.h"
#include "app/studio/training/verdict_panel.h"
#include "engine/base/files.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"

namespace bnof::studio {
namespace {

using olfaction::RegisteredModel;
using widgets::Theme;

enum Column { Name, Kind, Accuracy, Lda, Gases, Signed, Written, Size, ColumnCount };

struct Listing {
    std::vector<RegisteredModel> models;
    QString standard;
};

QString id(const char* text)
{
    return QLatin1String(text);
}

QString signedBy(const olfaction::ModelSignature& signature)
{
    if (!signature.present)
        return ModelsPanel::tr("nobody");
    const QString signer = toQString(signature.signer);
    return signature.trusted ? signer : ModelsPanel::tr("%1 (key not trusted)").arg(signer);
}

/// The lab's models, and last the one that ships with the program.
Listing list(const std::string& folder)
{
    Listing out;
    out.models = olfaction::listModels(folder);
    if (const auto path = findResource("models/default.bnofmodel"); path.ok()) {
        out.standard = toQString(*path);
        auto shipped = olfaction::listModels(QFileInfo(out.standard).absolutePath().toStdString());
        for (auto& model : shipped) {
            if (toQString(model.path) == out.standard)
                out.models.push_back(std::move(model));
        }
    }
    return out;
}

} // namespace

ModelsPanel::ModelsPanel(Services& services, Training& training, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_services(services), m_training(training), m_actions(actions), m_table(new QTableWidget(this)),
      m_verdict(new VerdictPanel(this))
{
    m_table->setObjectName(id("models"));
    m_table->setAccessibleName(tr("Models"));
    m_table->setColumnCount(ColumnCount);
    m_table->setHorizontalHeaderLabels({tr("Model"), tr("Kind"), tr("Held out"), tr("LDA beside it"), tr("Gases"),
                                        tr("Signed by"), tr("Written"), tr("Size")});
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->verticalHeader()->hide();
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    widgets::copyRowsOnCopyKey(*m_table);
    auto* buttons = new QHBoxLayout;
    for (const char* action : {"model-use", "model-card", "model-reveal", "model-delete"}) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(m_actions.action(id(action)));
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setMinimumHeight(Theme::space(8));
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAccessibleName(m_actions.action(id(action))->iconText());
        buttons->addWidget(button);
        m_table->addAction(m_actions.action(id(action)));
    }
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    buttons->addStretch(1);
    auto* left = new QWidget(this);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_table, 1);
    column->addLayout(buttons);
    auto* split = new QSplitter(Qt::Horizontal, this);
    split->addWidget(left);
    split->addWidget(m_verdict);
    split->setChildrenCollapsible(false);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(split);

    connect(m_table, &QTableWidget::currentCellChanged, this, &ModelsPanel::showChosen);
    const auto on = [&](const char* action, auto slot) {
        connect(m_actions.action(id(action)), &QAction::triggered, this, slot);
    };
    on("model-use", &ModelsPanel::use);
    on("model-card", &ModelsPanel::askForCard);
    on("model-reveal", [this] {
        if (const auto* model = current())
            revealFile(toQString(model->path));
    });
    on("model-delete", &ModelsPanel::confirmDelete);
    connect(&m_services.configuration, &ConfigurationStore::changed, this, [this](const QString& key) {
        if (key == id("recognition.model"))
            showModels();
        else if (key == id("recognition.models_folder"))
            refresh();
    });
    refresh();
}

void ModelsPanel::refresh(const QString& path)
{
    if (!path.isEmpty())
        m_wanted = path;
    const int request = ++m_request;
    inBackground(
        *m_services.executor, this, "studio.models",
        [folder = m_training.modelsFolder().toStdString()] { return list(folder); },
        [this, request](const Listing& listing) {
            if (request != m_request)
                return;
            m_models = listing.models;
            m_default = listing.standard;
            showModels();
        },
        Priority::Low);
}

QString ModelsPanel::setting(const RegisteredModel& model) const
{
    const QString path = toQString(model.path);
    return path == m_default ? id("default") : path;
}

void ModelsPanel::showModels()
{
    const QString chosen = !m_wanted.isEmpty() ? std::exchange(m_wanted, {})
                           : current()         ? toQString(current()->path)
                                               : QString();
    const QString inUse = m_services.configuration.text("recognition.model");
    int row = -1;
    m_table->setRowCount(static_cast<int>(m_models.size()));
    for (std::size_t i = 0; i < m_models.size(); ++i) {
        const RegisteredModel& model = m_models[i];
        const QString path = toQString(model.path);
        const Json& evaluation = model.metrics["evaluation"];
        QStringList gases;
        for (const auto& gas : model.gases)
            gases << toQString(gas);
        QString name = model.problem ? QFileInfo(path).fileName() : toQString(model.name);
        if (setting(model) == inUse)
            name = tr("%1 (in use)").arg(name);
        const QStringList texts{name,
                                model.problem ? tr("cannot be used") : toQString(model.kind),
                                Verdict::percent(evaluation["accuracy"]),
                                Verdict::percent(evaluation["baselines"]["lda"]["accuracy"]),
                                gases.join(QStringLiteral(", ")),
                                signedBy(model.signature),
                                Format::dateTime(model.writtenUtc),
                                Format::bytes(static_cast<double>(model.bytes))};
        for (int column = 0; column < ColumnCount; ++column) {
            auto* item = new QTableWidgetItem(texts[column]);
            item->setToolTip(model.problem ? Format::error(*model.problem) : column == Name ? path : texts[column]);
            QFont font = m_table->font();
            font.setBold(setting(model) == inUse);
            item->setFont(font);
            m_table->setItem(static_cast<int>(i), column, item);
        }
        if (path == chosen)
            row = static_cast<int>(i);
    }
    m_table->resizeColumnsToContents();
    m_table->setColumnWidth(Gases, std::min(m_table->columnWidth(Gases), Theme::space(60)));
    if (m_table->rowCount() > 0)
        m_table->setCurrentCell(std::max(row, 0), Name);
    showChosen();
}

const RegisteredModel* ModelsPanel::current() const
{
    const int row = m_table->currentRow();
    return row >= 0 && row < static_cast<int>(m_models.size()) ? &m_models[static_cast<std::size_t>(row)] : nullptr;
}

void ModelsPanel::showChosen()
{
    if (const auto* model = current())
        m_verdict->show(toQString(model->problem ? model->path : model->name), model->metrics["evaluation"]);
    updateActions();
}

void ModelsPanel::updateActions()
{
    const auto* model = current();
    const QString none = tr("No model is chosen.");
    const bool usable = model && !model->problem;
    const bool inUse = model && setting(*model) == m_services.configuration.text("recognition.model");
    const bool shipped = model && toQString(model->path) == m_default;
    m_actions.setEnabled(id("model-use"), usable && !inUse,
                         !model    ? none
                         : !usable ? tr("This file cannot be used.")
                                   : tr("This model is in use."));
    m_actions.setEnabled(id("model-card"), usable, model ? tr("This file cannot be used.") : none);
    m_actions.setEnabled(id("model-reveal"), model != nullptr, none);
    m_actions.setEnabled(id("model-delete"), model && !inUse && !shipped,
                         !model    ? none
                         : shipped ? tr("This model ships with the program.")
                                   : tr("This model is in use."));
}

void ModelsPanel::use()
{
    const auto* model = current();
    if (!model || model->problem)
        return;
    const auto changed =
        m_services.configuration.change("recognition.model", setting(*model), SettingTexts::title("recognition.model"));
    if (!changed.ok()) {
        emit notice(Format::error(changed.error()));
        return;
    }
    const QString name = toQString(model->name);
    auto& session = m_services.session;
    if (!session.isRunning() || session.isReplay()) {
        emit notice(tr("%1 recognises from the next session on. Edit, Undo goes back.").arg(name));
        return;
    }
    inBackground(
        *m_services.executor, this, "studio.model", [path = model->path] { return readFile(path); },
        [this, name](const Result<std::string>& content) {
            if (!content.ok()) {
                emit notice(Format::error(content.error()));
                return;
            }
            m_services.session.changeModel({content->begin(), content->end()});
            emit notice(tr("%1 recognises from now on. Edit, Undo goes back for the next session.").arg(name));
        });
}

void ModelsPanel::askForCard()
{
    const auto* model = current();
    if (!model)
        return;
    const QFileInfo file(toQString(model->path));
    auto* dialog = new QFileDialog(this, tr("Write the model card"), m_services.session.recordingFolder(),
                                   tr("PDF documents (*.pdf)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(id("pdf"));
    dialog->selectFile(file.completeBaseName() + QStringLiteral(".pdf"));
    connect(dialog, &QFileDialog::fileSelected, this, [this, path = file.absoluteFilePath()](const QString& target) {
        m_services.jobs.run(
            tr("Model card of %1").arg(QFileInfo(path).completeBaseName()),
            [path, target,
             language = QLocale().language() == QLocale::German ? "de" : "en"](const Job::Progress&) -> JobOutcome {
                const auto done = report::writeModelCard(path.toStdString(), target.toStdString(), language);
                if (!done.ok())
                    return {false, false, Format::error(done.error()), {}};
                return {true, false, tr("The model card is written."), target};
            },
            false);
    });
    dialog->open();
}

void ModelsPanel::confirmDelete()
{
    const auto* model = current();
    if (!model)
        return;
    const QString path = toQString(model->path);
    auto* question = new QMessageBox(QMessageBox::Question, tr("Delete the model"),
                                     tr("Move the model \"%1\" to the trash?").arg(QFileInfo(path).completeBaseName()),
                                     QMessageBox::Cancel, this);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setInformativeText(tr("Recordings keep the model that they were made with; they are not changed."));
    QPushButton* remove = question->addButton(tr("Move to trash"), QMessageBox::DestructiveRole);
    remove->setObjectName(id("deleteModel"));
    connect(remove, &QAbstractButton::clicked, this, [this, path] {
        inBackground(
            *m_services.executor, this, "studio.model-delete", [path] { return QFile::moveToTrash(path); },
            [this, path](bool moved) {
                if (!moved)
                    emit notice(tr("%1 could not be moved to the trash.").arg(path));
                refresh();
            });
    });
    question->open();
}

} // namespace bnof::studio
