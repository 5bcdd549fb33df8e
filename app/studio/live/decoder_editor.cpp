// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/decoder_editor.h"

#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "app/studio/live/code_edit.h"
#include "app/studio/live/outcome_label.h"
#include "app/studio/services/background.h"
#include "app/studio/services/services.h"
#include "engine/base/files.h"
#include "widgets/table_copy.h"

namespace bnof::studio {

using widgets::Theme;
using Severity = Theme::Severity;

namespace {

constexpr int pauseMs = 300;
constexpr int shownRows = 200;
enum Form { AsText, AsHex };

QPushButton* button(const QString& text, const char* name, QWidget* parent)
{
    auto* made = new QPushButton(text, parent);
    made->setObjectName(QLatin1String(name));
    made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
    made->setAutoDefault(false);
    return made;
}

QLabel* heading(const QString& text, QWidget* buddy, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setFont(Theme::font(Theme::TextSize::Body, true));
    label->setBuddy(buddy);
    return label;
}

/// Bytes that a person reads as text; the last letter may have been cut.
bool isText(const QByteArray& bytes)
{
    QString text = QString::fromUtf8(bytes);
    while (text.endsWith(QChar::ReplacementCharacter))
        text.chop(1);
    return std::all_of(text.begin(), text.end(), [](QChar c) {
        const char16_t code = c.unicode();
        return code == '\t' || code == '\n' || code == '\r' ||
               (code >= 0x20 && code != 0x7F && c != QChar::ReplacementCharacter);
    });
}

} // namespace

DecoderEditor::DecoderEditor(Services& services, QWidget* parent)
    : QDialog(parent), m_services(services), m_template(new QComboBox(this)), m_text(new CodeEdit(this)),
      m_problem(new OutcomeLabel(this)), m_form(new QComboBox(this)), m_sample(new QPlainTextEdit(this)),
      m_source(new QLineEdit(this)), m_listen(button(tr("&Listen for 3 seconds"), "listenForSample", this)),
      m_summary(new QLabel(this)), m_rows(new QTableWidget(this)), m_outcome(new OutcomeLabel(this)),
      m_save(button(tr("&Save"), "saveDecoder", this))
{
    setObjectName(QStringLiteral("decoderEditor"));
    setWindowTitle(tr("Device format"));
    setAccessibleName(windowTitle());
    auto* halves = new QSplitter(this);
    halves->setChildrenCollapsible(false);
    halves->addWidget(buildDescription());
    halves->addWidget(buildSample());
    halves->setHandleWidth(Theme::space(4));
    halves->setSizes({Theme::space(120), Theme::space(110)});
    auto* close = button(tr("&Close"), "closeDecoderEditor", this);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(Theme::space(2));
    buttons->addWidget(m_outcome, 1);
    buttons->addStretch(0);
    buttons->addWidget(m_save);
    buttons->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(5), Theme::space(4), Theme::space(5), Theme::space(4));
    layout->setSpacing(Theme::space(3));
    layout->addWidget(halves, 1);
    layout->addLayout(buttons);
    resize(Theme::space(250), Theme::space(155));
    m_pause.setSingleShot(true);
    m_pause.setInterval(pauseMs);
    connect(&m_pause, &QTimer::timeout, this, &DecoderEditor::look);
    connect(m_text, &QPlainTextEdit::textChanged, this, &DecoderEditor::schedule);
    connect(m_sample, &QPlainTextEdit::textChanged, this, &DecoderEditor::schedule);
    connect(m_form, &QComboBox::currentIndexChanged, this, &DecoderEditor::schedule);
    connect(m_template, &QComboBox::activated, this, [this](int row) {
        if (row > 0)
            load(m_choices[static_cast<std::size_t>(row - 1)].path);
    });
    connect(m_listen, &QPushButton::clicked, this, &DecoderEditor::listen);
    connect(&m_capture, &ByteCapture::changed, this, &DecoderEditor::captured);
    connect(m_save, &QPushButton::clicked, this, [this] { save(false); });
    connect(close, &QPushButton::clicked, this, &DecoderEditor::reject);
    listTemplates();
    look();
}

QWidget* DecoderEditor::buildDescription()
{
    auto* box = new QWidget(this);
    m_template->setObjectName(QStringLiteral("decoderTemplate"));
    m_template->setAccessibleName(tr("Begin from"));
    m_template->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_template->setMinimumContentsLength(20);
    m_text->setObjectName(QStringLiteral("decoderText"));
    m_text->setAccessibleName(tr("Description of the format, JSON"));
    m_problem->setObjectName(QStringLiteral("decoderProblem"));
    auto* from = new QHBoxLayout;
    auto* fromLabel = new QLabel(tr("&Begin from"), box);
    fromLabel->setBuddy(m_template);
    from->addWidget(fromLabel);
    from->addWidget(m_template, 1);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(heading(tr("&Format"), m_text, box));
    layout->addLayout(from);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_problem);
    return box;
}

QWidget* DecoderEditor::buildSample()
{
    auto* box = new QWidget(this);
    m_form->addItem(tr("text"), AsText);
    m_form->addItem(tr("hexadecimal"), AsHex);
    m_form->setObjectName(QStringLiteral("sampleForm"));
    m_form->setAccessibleName(tr("How the bytes are written"));
    m_sample->setObjectName(QStringLiteral("sampleBytes"));
    m_sample->setAccessibleName(tr("Bytes of the device"));
    m_sample->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_sample->setTabChangesFocus(true);
    m_sample->setPlaceholderText(tr("Type or paste what the device sends, open a file, or listen to it."));
    m_source->setObjectName(QStringLiteral("sampleSource"));
    m_source->setAccessibleName(tr("Source to listen to"));
    m_source->setPlaceholderText(QStringLiteral("serial:/dev/ttyUSB0?baud=9600"));
    m_summary->setObjectName(QStringLiteral("decoderSummary"));
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    m_rows->setObjectName(QStringLiteral("decodedRows"));
    m_rows->setAccessibleName(tr("Decoded messages"));
    m_rows->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_rows->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_rows->verticalHeader()->hide();
    widgets::copyRowsOnCopyKey(*m_rows);
    auto* file = button(tr("F&ile…"), "openSample", box);
    file->setAccessibleName(tr("Take the bytes from a file"));
    connect(file, &QPushButton::clicked, this, &DecoderEditor::openSample);
    auto* how = new QHBoxLayout;
    how->addWidget(heading(tr("B&ytes"), m_sample, box));
    how->addWidget(m_form);
    how->addStretch(1);
    how->addWidget(file);
    auto* where = new QHBoxLayout;
    where->addWidget(m_source, 1);
    where->addWidget(m_listen);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(how);
    layout->addWidget(m_sample, 2);
    layout->addLayout(where);
    layout->addWidget(heading(tr("&Decoded"), m_rows, box));
    layout->addWidget(m_summary);
    layout->addWidget(m_rows, 3);
    return box;
}

void DecoderEditor::listTemplates()
{
    struct Files {
        std::vector<Choice> choices;
        QString first;
    };
    inBackground(
        *m_services.executor, this, "studio.list-decoders",
        [] {
            Files files;
            QStringList folders;
            for (const auto& folder : sensing::decoderFolders())
                folders << toQString(folder);
            // The examples first, one of each kind; then real devices, then the user's own.
            if (const auto shipped = findResource("decoders"); shipped.ok())
                folders.prepend(toQString(*shipped) + QStringLiteral("/examples"));
            for (const QString& folder : folders)
                for (const QFileInfo& file :
                     QDir(folder).entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
                    const auto info = sensing::decoderFromFile(file.absoluteFilePath().toStdString());
                    if (info.ok())
                        files.choices.push_back(
                            {QStringLiteral("%1 – %2").arg(toQString(info->name), toQString(info->summary)),
                             file.absoluteFilePath()});
                }
            return files;
        },
        [this](const Files& files) {
            m_choices = files.choices;
            m_template->clear();
            m_template->addItem(tr("a template or a known format…"));
            for (const Choice& choice : m_choices)
                m_template->addItem(choice.title, choice.path);
            if (!m_wanted.isEmpty())
                edit(std::exchange(m_wanted, {}));
            else if (m_text->toPlainText().isEmpty() && !m_choices.empty())
                load(m_choices.front().path);
        });
}

void DecoderEditor::edit(const QString& decoder)
{
    if (m_choices.empty()) {
        m_wanted = decoder;
        return;
    }
    for (std::size_t i = m_choices.size(); i-- > 0;) // the user's own come last
        if (m_choices[i].title.startsWith(decoder + QStringLiteral(" – "))) {
            load(m_choices[i].path);
            return;
        }
    m_outcome->say(Severity::Warning, tr("The format of %1 is not described in a file.").arg(decoder));
}

void DecoderEditor::setSource(const QString& uri)
{
    m_source->setText(uri);
}

void DecoderEditor::load(const QString& path)
{
    inBackground(
        *m_services.executor, this, "studio.read-decoder", [path] { return readFile(path.toStdString(), 1U << 20); },
        [this, path](const Result<std::string>& text) {
            if (!text.ok()) {
                m_outcome->say(text.error());
                return;
            }
            m_template->setCurrentIndex(std::max(0, m_template->findData(path)));
            setText(toQString(*text));
        });
}

void DecoderEditor::setText(const QString& text)
{
    // Not setPlainText(): what was there comes back with Ctrl+Z.
    QTextCursor cursor(m_text->document());
    cursor.select(QTextCursor::Document);
    cursor.insertText(text);
    m_text->moveCursor(QTextCursor::Start);
    m_kept = text;
}

void DecoderEditor::openSample()
{
    auto* dialog = new QFileDialog(this, tr("Bytes of the device"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        inBackground(
            *m_services.executor, this, "studio.read-sample",
            [path] {
                QFile file(path);
                return file.open(QIODevice::ReadOnly) ? file.read(ByteCapture::maximumBytes) : QByteArray();
            },
            [this, path](const QByteArray& bytes) {
                if (bytes.isEmpty())
                    m_outcome->say(Severity::Error, tr("%1 is empty or cannot be read.").arg(path));
                else
                    showSample(bytes);
            });
    });
    dialog->open();
}

void DecoderEditor::listen()
{
    if (m_capture.isRunning()) {
        m_capture.stop();
        return;
    }
    const auto uri = sensing::SourceUri::parse(m_source->text().trimmed().toStdString());
    if (!uri.ok()) {
        m_outcome->say(uri.error());
        return;
    }
    m_outcome->say(Severity::Info, {});
    m_capture.start(*uri, m_text->toPlainText().toStdString());
}

void DecoderEditor::captured()
{
    m_listen->setText(m_capture.isRunning() ? tr("S&top listening") : tr("&Listen for 3 seconds"));
    m_listen->setAccessibleName(m_listen->text().remove(QLatin1Char('&')));
    if (!m_capture.problem().isEmpty())
        m_outcome->say(Severity::Error, m_capture.problem());
    else if (!m_capture.isRunning() && m_capture.bytes().isEmpty())
        m_outcome->say(Severity::Warning,
                       tr("Nothing arrived. Check that the device is on, and whether it must be asked."));
    if (!m_capture.isRunning() && !m_capture.bytes().isEmpty())
        showSample(m_capture.bytes());
}

void DecoderEditor::showSample(const QByteArray& bytes)
{
    const bool text = isText(bytes);
    QString shown = text ? QString::fromUtf8(bytes) : QString::fromLatin1(bytes.toHex(' ').toUpper());
    if (text) // the editor ends lines its own way
        shown.remove(QLatin1Char('\r'));
    m_form->setCurrentIndex(text ? AsText : AsHex);
    m_sample->setPlainText(shown);
    m_shownBytes = bytes;
    m_shownText = m_sample->toPlainText();
}

bool DecoderEditor::sampleBytes(QByteArray& bytes) const
{
    const QString text = m_sample->toPlainText();
    if (!m_shownBytes.isEmpty() && text == m_shownText) {
        bytes = m_shownBytes; // with the line ends of the device
    } else if (m_form->currentIndex() == AsText) {
        bytes = text.toUtf8();
        if (!bytes.isEmpty() && !bytes.endsWith('\n'))
            bytes += '\n'; // the line that is being typed is whole
    } else {
        static const QRegularExpression filling(QStringLiteral("\\s|0[xX]|,"));
        QString digits = text;
        digits.remove(filling);
        static const QRegularExpression hex(QStringLiteral("^([0-9A-Fa-f]{2})*$"));
        if (!hex.match(digits).hasMatch())
            return false;
        bytes = QByteArray::fromHex(digits.toLatin1());
    }
    bytes.truncate(ByteCapture::maximumBytes);
    return true;
}

void DecoderEditor::schedule()
{
    m_pause.start();
    m_save->setEnabled(false); // until it is known to be right
}

void DecoderEditor::look()
{
    QByteArray bytes;
    const bool understood = sampleBytes(bytes);
    inBackground(
        *m_services.executor, this, "studio.preview-decoder",
        [text = m_text->toPlainText().toStdString(), bytes = bytes.toStdString()] {
            Look look;
            look.preview = sensing::previewDecoder(text, bytes);
            if (look.preview.error)
                look.errorLine = sensing::lineOfDescriptionError(text, *look.preview.error);
            if (!bytes.empty())
                look.others = sensing::detectDecoder(bytes);
            return look;
        },
        [this, number = ++m_looks, understood](const Look& look) {
            if (number != m_looks)
                return; // something else was typed meanwhile
            showLook(look);
            if (!understood)
                m_summary->setText(tr("The bytes are not hexadecimal: pairs of 0-9 and A-F, spaces between them."));
        });
}

void DecoderEditor::showLook(const Look& look)
{
    const auto& preview = look.preview;
    m_text->setErrorLine(look.errorLine);
    const bool empty = m_text->toPlainText().trimmed().isEmpty();
    m_save->setEnabled(!preview.error && !empty);
    showRows(preview);
    if (preview.error) {
        Error error = *preview.error;
        error.where = tr("line %1").arg(look.errorLine).toStdString();
        if (empty)
            m_problem->say(Severity::Info, tr("Choose a template, or write a description."));
        else
            m_problem->say(error);
        m_summary->clear();
        return;
    }
    m_problem->say(Severity::Info, {});
    if (m_sample->toPlainText().isEmpty()) {
        m_summary->setText(tr("There are no bytes to decode yet."));
        return;
    }
    std::size_t skipped = 0;
    for (const auto& problem : preview.problems)
        skipped += problem.end - problem.begin;
    const QLocale locale;
    QStringList lines{tr("%n message(s) decoded", nullptr, static_cast<int>(preview.rows.size())) +
                      tr(", %1 checksum errors, %2 bytes skipped, %3 bytes undecided at the end.")
                          .arg(locale.toString(static_cast<qulonglong>(preview.checksumErrors)),
                               locale.toString(static_cast<qulonglong>(skipped)),
                               locale.toString(static_cast<qulonglong>(preview.undecided)))};
    if (!preview.problems.empty())
        lines << tr("First at byte %1: %2")
                     .arg(preview.problems.front().begin)
                     .arg(toQString(preview.problems.front().what));
    if (!preview.detectable)
        lines << tr("It takes no part in detection: without a checksum or a pattern any bytes would do.");
    else if (!preview.rows.empty())
        lines << tr("Detection score %1 of 1").arg(locale.toString(preview.certainty, 'f', 2)) +
                     (look.others.decoder.empty() || look.others.decoder == preview.name
                          ? QStringLiteral(".")
                          : tr("; known formats: %1 with %2.")
                                .arg(toQString(look.others.decoder), locale.toString(look.others.certainty, 'f', 2)));
    m_summary->setText(lines.join(QLatin1Char('\n')));
}

void DecoderEditor::showRows(const sensing::DecoderPreview& preview)
{
    const bool times = std::any_of(preview.rows.begin(), preview.rows.end(),
                                   [](const auto& row) { return !std::isnan(row.deviceSeconds); });
    QStringList titles{tr("Byte")};
    if (times)
        titles << tr("Time, s");
    for (const auto& channel : preview.channels)
        titles << (channel.unit.empty()
                       ? toQString(channel.name)
                       : QStringLiteral("%1, %2").arg(toQString(channel.name), toQString(channel.unit)));
    m_rows->setColumnCount(static_cast<int>(titles.size()));
    m_rows->setHorizontalHeaderLabels(titles);
    m_rows->setRowCount(std::min(static_cast<int>(preview.rows.size()), shownRows));
    const QLocale locale;
    for (int row = 0; row < m_rows->rowCount(); ++row) {
        const auto& decoded = preview.rows[static_cast<std::size_t>(row)];
        int column = 0;
        const auto set = [&](const QString& text) {
            auto* item = new QTableWidgetItem(text);
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_rows->setItem(row, column++, item);
        };
        set(locale.toString(static_cast<qulonglong>(decoded.begin)));
        if (times)
            set(std::isnan(decoded.deviceSeconds) ? QStringLiteral("–")
                                                  : locale.toString(decoded.deviceSeconds, 'g', 9));
        for (const float value : decoded.values)
            set(std::isnan(value) ? QStringLiteral("–") : locale.toString(static_cast<double>(value), 'g', 7));
    }
    m_rows->resizeColumnsToContents();
}

void DecoderEditor::save(bool replace)
{
    if (!m_services.roles.isEngineer()) {
        m_outcome->say(Severity::Error, Roles::refusal());
        return;
    }
    const QString text = m_text->toPlainText();
    struct Kept {
        Result<std::string> path;
        std::string name;
    };
    m_save->setEnabled(false);
    inBackground(
        *m_services.executor, this, "studio.save-decoder",
        [text = text.toStdString(), replace] {
            const auto parsed = sensing::parseDecoderDescription(text, "description");
            return Kept{sensing::saveDecoderDescription(text, replace), parsed.ok() ? parsed->name : std::string()};
        },
        [this, text, replace](const Kept& kept) {
            m_save->setEnabled(true);
            if (kept.path.ok()) {
                m_kept = text;
                m_outcome->say(Severity::Good,
                               tr("Saved: %1 is a decoder now (%2).").arg(toQString(kept.name), toQString(*kept.path)));
                listTemplates();
                emit saved(toQString(kept.name));
            } else if (!replace && kept.path.error().kind == ErrorKind::Usage) {
                askToReplace(toQString(kept.path.error().where));
            } else {
                m_outcome->say(kept.path.error());
            }
        });
}

void DecoderEditor::askToReplace(const QString& what)
{
    auto* question = new QMessageBox(this);
    question->setObjectName(QStringLiteral("replaceQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setIcon(QMessageBox::Question);
    question->setWindowTitle(tr("The name is taken"));
    question->setText(tr("Replace the device format that is there?"));
    question->setInformativeText(what);
    auto* replace = question->addButton(tr("Replace"), QMessageBox::DestructiveRole);
    replace->setObjectName(QStringLiteral("replaceDecoder"));
    auto* keep = question->addButton(tr("Keep it"), QMessageBox::RejectRole);
    question->setDefaultButton(keep);
    question->setEscapeButton(keep);
    connect(replace, &QAbstractButton::clicked, this, [this] { save(true); });
    connect(keep, &QAbstractButton::clicked, this, [this] {
        m_outcome->say(Severity::Info, tr("Nothing was saved. Choose another name in the description."));
    });
    question->open();
}

void DecoderEditor::reject()
{
    if (m_text->toPlainText() != m_kept && !m_text->toPlainText().trimmed().isEmpty())
        askBeforeClosing();
    else
        QDialog::reject();
}

void DecoderEditor::askBeforeClosing()
{
    if (m_question) {
        m_question->raise();
        return;
    }
    m_question = new QMessageBox(this);
    m_question->setObjectName(QStringLiteral("discardQuestion"));
    m_question->setAttribute(Qt::WA_DeleteOnClose);
    m_question->setIcon(QMessageBox::Question);
    m_question->setWindowTitle(tr("The device format is not saved"));
    m_question->setText(tr("Close without saving the device format?"));
    auto* discard = m_question->addButton(tr("Close without saving"), QMessageBox::DestructiveRole);
    auto* keep = m_question->addButton(tr("Go on"), QMessageBox::RejectRole);
    m_question->setDefaultButton(keep);
    m_question->setEscapeButton(keep);
    connect(discard, &QAbstractButton::clicked, this, [this] { QDialog::reject(); });
    m_question->open();
}

} // namespace bnof::studio
