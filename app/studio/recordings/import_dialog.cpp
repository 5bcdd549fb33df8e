// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/import_dialog.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QRegularExpression>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/studio/recordings/column_table.h"
#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"

namespace bnof::studio {

using recording::ImportFormat;
using widgets::Theme;

namespace {

/// Columns and rows of the preview.
constexpr std::size_t shownChannels = 64;
constexpr std::size_t shownRows = 12;
constexpr int tryAfterMs = 250;

/// The engine names the command line's options in brackets; here there are fields for them.
QString withoutOptions(QString text)
{
    static const QRegularExpression option(QStringLiteral(" \\(--[^)]*\\)"));
    return text.remove(option);
}

/// A name in the folder that is not taken.
QString freeName(const QString& folder, const QString& base)
{
    QString path = QStringLiteral("%1/%2.bnr").arg(folder, base);
    for (int number = 2; QFileInfo::exists(path); ++number)
        path = QStringLiteral("%1/%2-%3.bnr").arg(folder, base).arg(number);
    return path;
}

} // namespace

QString ImportDialog::formatText(ImportFormat format)
{
    switch (format) {
    case ImportFormat::Auto: return tr("find out");
    case ImportFormat::Csv: return tr("table of text (CSV)");
    case ImportFormat::Uci: return tr("UCI gas sensor drift");
    case ImportFormat::WindTunnel: return tr("UCI wind tunnel");
    case ImportFormat::Bme: return tr("BME AI-Studio");
    case ImportFormat::Npy: return tr("NumPy arrays");
    case ImportFormat::Nwb: return tr("Neurodata Without Borders (NWB)");
    case ImportFormat::Hdf5: return tr("HDF5");
    case ImportFormat::Mat: return tr("MATLAB 5");
    }
    return {};
}

ImportDialog::ImportDialog(Services& services, const QString& source, QWidget* parent)
    : QDialog(parent), m_services(services), m_source(source),
      m_format(choice("importFormat", tr("Format of the file"))),
      m_delimiter(choice("importDelimiter", tr("What separates columns"))),
      m_decimal(choice("importDecimal", tr("Decimal sign"))),
      m_header(field("importHeader", tr("Lines before the data"))),
      m_rate(field("importRate", tr("Frames a second where the file has no time"))), m_columns(new ColumnTable(this)),
      m_rows(new QTableWidget(this)), m_notes(new QLabel(this)), m_title(field("importTitle", tr("Title"))),
      m_operator(field("importOperator", tr("Operator"))), m_target(field("importTarget", tr("Recording to write"))),
      m_problem(new QLabel(this)), m_import(new QPushButton(tr("Import"), this))
{
    setObjectName(QStringLiteral("importDialog"));
    setWindowTitle(tr("Import %1").arg(QFileInfo(source).fileName()));
    setAccessibleName(windowTitle());
    fillChoices();
    m_rows->setObjectName(QStringLiteral("importRows"));
    m_rows->setAccessibleName(tr("First frames of the recording"));
    m_rows->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_rows->setTabKeyNavigation(false);
    m_rows->verticalHeader()->hide();
    widgets::copyRowsOnCopyKey(*m_rows);
    m_notes->setObjectName(QStringLiteral("importNotes"));
    m_notes->setAccessibleName(tr("Remarks"));
    m_notes->setWordWrap(true);
    m_notes->setFont(Theme::font(Theme::TextSize::Small));
    m_problem->setObjectName(QStringLiteral("importProblem"));
    m_problem->setAccessibleName(tr("Why this cannot be imported"));
    m_problem->setWordWrap(true);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_problem->hide();
    m_title->setText(QFileInfo(source).completeBaseName());
    m_operator->setText(m_services.configuration.text("general.operator"));
    m_target->setText(freeName(m_services.session.recordingFolder(), QFileInfo(source).completeBaseName()));
    m_import->setObjectName(QStringLiteral("importButton"));
    m_import->setAccessibleName(m_import->text());
    m_import->setDefault(true);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    cancel->setAccessibleName(cancel->text());
    cancel->setAutoDefault(false);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_problem, 1);
    buttons->addStretch(0);
    buttons->addWidget(cancel);
    buttons->addWidget(m_import);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(5), Theme::space(4), Theme::space(5), Theme::space(4));
    layout->setSpacing(Theme::space(3));
    layout->addWidget(buildReading());
    layout->addWidget(m_columns, 3);
    layout->addWidget(m_rows, 2);
    layout->addWidget(m_notes);
    layout->addWidget(buildWriting());
    layout->addLayout(buttons);
    resize(Theme::space(220), Theme::space(170));

    m_timer.setSingleShot(true);
    m_timer.setInterval(tryAfterMs);
    connect(&m_timer, &QTimer::timeout, this, &ImportDialog::tryNow);
    for (QComboBox* box : {m_format, m_delimiter, m_decimal})
        connect(box, &QComboBox::currentIndexChanged, this, &ImportDialog::dialectChanged);
    connect(m_header, &QLineEdit::textEdited, this, &ImportDialog::dialectChanged);
    connect(m_rate, &QLineEdit::textEdited, this, &ImportDialog::tryLater);
    connect(m_columns, &ColumnTable::changed, this, &ImportDialog::tryLater);
    connect(m_target, &QLineEdit::textChanged, this, &ImportDialog::check);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_import, &QPushButton::clicked, this, &QDialog::accept);
    check();
    tryNow();
}

QLineEdit* ImportDialog::field(const char* name, const QString& title)
{
    auto* edit = new QLineEdit(this);
    edit->setObjectName(QLatin1String(name));
    edit->setAccessibleName(title);
    return edit;
}

QComboBox* ImportDialog::choice(const char* name, const QString& title)
{
    auto* box = new QComboBox(this);
    box->setObjectName(QLatin1String(name));
    box->setAccessibleName(title);
    return box;
}

void ImportDialog::fillChoices()
{
    for (const ImportFormat format :
         {ImportFormat::Auto, ImportFormat::Csv, ImportFormat::Uci, ImportFormat::WindTunnel, ImportFormat::Bme,
          ImportFormat::Npy, ImportFormat::Nwb, ImportFormat::Hdf5, ImportFormat::Mat})
        m_format->addItem(formatText(format), static_cast<int>(format));
    m_delimiter->addItem(tr("find out"), 0);
    m_delimiter->addItem(tr("comma"), ',');
    m_delimiter->addItem(tr("semicolon"), ';');
    m_delimiter->addItem(tr("tab"), '\t');
    m_delimiter->addItem(tr("bar"), '|');
    m_delimiter->addItem(tr("blanks"), ' ');
    m_decimal->addItem(tr("find out"), 0);
    m_decimal->addItem(tr("point"), '.');
    m_decimal->addItem(tr("comma"), ',');
    m_header->setPlaceholderText(tr("find out"));
    m_rate->setPlaceholderText(tr("from the file"));
}

QWidget* ImportDialog::buildReading()
{
    auto* box = new QWidget(this);
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(Theme::space(3));
    int cell = 0;
    const auto add = [&](const QString& title, QWidget* widget) {
        auto* label = new QLabel(title, box);
        label->setBuddy(widget);
        grid->addWidget(label, 2 * (cell / 3), cell % 3);
        grid->addWidget(widget, 2 * (cell / 3) + 1, cell % 3);
        ++cell;
    };
    add(tr("F&ormat"), m_format);
    add(tr("&Separator"), m_delimiter);
    add(tr("&Decimal sign"), m_decimal);
    add(tr("&Lines before the data"), m_header);
    add(tr("Frames a second (&Hz)"), m_rate);
    for (int column = 0; column < 3; ++column)
        grid->setColumnStretch(column, 1);
    return box;
}

QWidget* ImportDialog::buildWriting()
{
    auto* box = new QWidget(this);
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    auto* choose = new QPushButton(tr("Browse…"), box);
    choose->setAccessibleName(tr("Choose the recording to write"));
    choose->setAutoDefault(false);
    connect(choose, &QPushButton::clicked, this, &ImportDialog::browse);
    auto* where = new QHBoxLayout;
    where->addWidget(m_target, 1);
    where->addWidget(choose);
    form->addRow(tr("&Title"), m_title);
    form->addRow(tr("O&perator"), m_operator);
    auto* whereLabel = new QLabel(tr("&Write to"), box);
    whereLabel->setBuddy(m_target);
    form->addRow(whereLabel, where);
    return box;
}

void ImportDialog::dialectChanged()
{
    m_columns->forget();
    tryLater();
}

void ImportDialog::tryLater()
{
    m_understood = false;
    m_timer.start();
    check();
}

void ImportDialog::tryNow()
{
    inBackground(
        *m_services.executor, this, "studio.import-preview",
        [path = m_source.toStdString(), chosen = options()] {
            return recording::previewImport(path, chosen, shownRows);
        },
        [this, request = ++m_request](const Result<recording::ImportPreview>& preview) {
            if (request != m_request || m_timer.isActive())
                return;
            m_understood = preview.ok();
            if (preview.ok()) {
                showPreview(*preview);
            } else {
                m_rows->setRowCount(0);
                m_notes->clear();
            }
            check();
            if (!preview.ok())
                showProblem(withoutOptions(Format::error(preview.error())));
        },
        Priority::High);
}

void ImportDialog::showPreview(const recording::ImportPreview& preview)
{
    const Json& columns = preview.understood["columns"];
    m_columns->show(columns);
    m_columns->setVisible(!columns.items().empty());
    const bool table = preview.format == ImportFormat::Csv;
    for (QWidget* widget : std::initializer_list<QWidget*>{m_delimiter, m_decimal, m_header})
        widget->setEnabled(table);
    m_format->setItemText(0, tr("find out: %1").arg(formatText(preview.format)));
    showRows(preview);
    QStringList remarks;
    for (const std::string& note : preview.notes)
        remarks << QStringLiteral("• ") + withoutOptions(toQString(note));
    if (!preview.marks.empty()) {
        QStringList labels;
        for (const Mark& mark : preview.marks)
            labels << toQString(mark.label);
        labels.removeDuplicates();
        remarks << QStringLiteral("• ") + tr("Marks: %1").arg(labels.mid(0, 12).join(QStringLiteral(", ")));
    }
    m_notes->setText(remarks.mid(0, 6).join(QLatin1Char('\n')));
    m_notes->setVisible(!remarks.isEmpty());
}

void ImportDialog::showRows(const recording::ImportPreview& preview)
{
    std::size_t channels = 0;
    for (const auto& source : preview.sources)
        channels = std::max(channels, source.channels.size());
    channels = std::min(channels, shownChannels);
    const bool several = preview.sources.size() > 1;
    const int first = several ? 2 : 1;
    QStringList titles = several ? QStringList{tr("Source"), tr("Time (s)")} : QStringList{tr("Time (s)")};
    for (std::size_t c = 0; c < channels; ++c) {
        const ChannelInfo* info = nullptr;
        if (!several)
            info = &preview.sources.front().channels[c];
        titles << (info ? toQString(info->name + (info->unit.empty() ? "" : " (" + info->unit + ")"))
                        : tr("channel %1").arg(c + 1));
    }
    m_rows->clear();
    m_rows->setColumnCount(static_cast<int>(titles.size()));
    m_rows->setHorizontalHeaderLabels(titles);
    m_rows->setRowCount(static_cast<int>(preview.rows.size()));
    const QLocale locale;
    for (int row = 0; row < m_rows->rowCount(); ++row) {
        const auto& frame = preview.rows[static_cast<std::size_t>(row)];
        const auto put = [&](int column, const QString& text) {
            auto* item = new QTableWidgetItem(text);
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_rows->setItem(row, column, item);
        };
        if (several)
            put(0, QString::number(frame.source + 1));
        put(first - 1, locale.toString(toSeconds(frame.t), 'f', 3));
        for (std::size_t c = 0; c < std::min(frame.values.size(), channels); ++c)
            put(first + static_cast<int>(c), std::isnan(frame.values[c])
                                                 ? tr("missing")
                                                 : locale.toString(static_cast<double>(frame.values[c]), 'g', 6));
    }
    m_rows->resizeColumnsToContents();
}

void ImportDialog::check()
{
    const QFileInfo file(target());
    QString problem;
    if (target().isEmpty())
        problem = tr("Say where the recording goes.");
    else if (file.exists() || file.isSymLink())
        problem = tr("%1 exists already and is not overwritten: choose another name.").arg(file.fileName());
    showProblem(problem);
    m_import->setEnabled(m_understood && problem.isEmpty());
}

void ImportDialog::showProblem(const QString& text)
{
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
}

void ImportDialog::browse()
{
    auto* dialog =
        new QFileDialog(this, tr("Recording to write"), QFileInfo(target()).absolutePath(), tr("Recordings (*.bnr)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite); // nothing is overwritten
    dialog->setDefaultSuffix(QStringLiteral("bnr"));
    dialog->selectFile(QFileInfo(target()).fileName());
    connect(dialog, &QFileDialog::fileSelected, m_target, &QLineEdit::setText);
    dialog->open();
}

recording::ImportOptions ImportDialog::options() const
{
    recording::ImportOptions options;
    options.format = static_cast<ImportFormat>(m_format->currentData().toInt());
    options.map = m_columns->changes();
    options.delimiter = static_cast<char>(m_delimiter->currentData().toInt());
    options.decimal = static_cast<char>(m_decimal->currentData().toInt());
    bool number = false;
    if (const int lines = m_header->text().toInt(&number); number && lines >= 0)
        options.headerLines = lines;
    if (const double rate = QLocale().toDouble(m_rate->text(), &number); number && rate > 0)
        options.rateHz = rate;
    options.title = m_title->text().trimmed().toStdString();
    options.operatorName = m_operator->text().trimmed().toStdString();
    return options;
}

QString ImportDialog::target() const
{
    return m_target->text().trimmed();
}

} // namespace bnof::studio
