// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/connect_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QRegularExpression>
#include <QTableWidget>
#include <QVBoxLayout>

#include <cmath>
#include <map>

#include "app/studio/live/decoder_editor.h"
#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/transports/modbus_map.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

const QString recentKey = QStringLiteral("connect/recent");

/// The command inside a remedy, as the engine writes it: after a colon or in quotation marks.
QString commandIn(const QString& remedy)
{
    static const QRegularExpression quoted(QStringLiteral("[\"`]([^\"`]*sudo [^\"`]+)[\"`]"));
    if (const auto match = quoted.match(remedy); match.hasMatch())
        return match.captured(1);
    static const QRegularExpression plain(
        QStringLiteral("(sudo [^\\n;]+?)(?:[.,]?\\s*(?:and then|, then|then |$)|\\. )"));
    if (const auto match = plain.match(remedy); match.hasMatch())
        return match.captured(1).trimmed();
    return {};
}

void setParameter(sensing::SourceUri& uri, const std::string& key, const std::string& value)
{
    std::erase_if(uri.parameters, [&](const auto& parameter) { return parameter.first == key; });
    if (!value.empty())
        uri.parameters.emplace_back(key, value);
}

/// Kinds that the dialog offers: recordings are opened elsewhere.
std::vector<sensing::TransportInfo> kinds()
{
    std::vector<sensing::TransportInfo> all = sensing::transports();
    std::erase_if(all, [](const auto& kind) { return kind.scheme == "replay"; });
    return all;
}

QString exampleOf(const QString& scheme)
{
    for (const auto& kind : kinds())
        if (toQString(kind.scheme) == scheme)
            return toQString(kind.example);
    return {};
}

bool onSerialLine(const std::string& scheme)
{
    return scheme == "serial" || scheme == "modbus-rtu";
}

/// What a kind is called, and what to know before its address is written.
QString kindName(const std::string& scheme)
{
    static const std::map<std::string, const char*> names{
        {"serial", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "Serial port")},
        {"tcp", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "TCP server of a sensor")},
        {"tcp-listen", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "Sensors that connect to this computer")},
        {"udp", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "UDP datagrams to this computer")},
        {"ws", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "WebSocket")},
        {"wss", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "WebSocket over TLS")},
        {"http", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "HTTP stream")},
        {"https", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "HTTP stream over TLS")},
        {"mqtt", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "MQTT topics")},
        {"mqtts", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "MQTT topics over TLS")},
        {"modbus-rtu", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "Modbus on a serial line")},
        {"modbus-tcp", QT_TRANSLATE_NOOP("bnof::studio::ConnectDialog", "Modbus on the network")},
    };
    const auto it = names.find(scheme);
    return it == names.end() ? toQString(scheme) : ConnectDialog::tr(it->second);
}

QString kindHint(const QString& scheme)
{
    if (scheme.startsWith(QLatin1String("mqtt")))
        return ConnectDialog::tr("<name> in a topic stands for any level and names the channels.");
    if (scheme.startsWith(QLatin1String("modbus")))
        return ConnectDialog::tr("map names the device's registers: one of %1, or a file.").arg([] {
            QStringList names;
            for (const auto& name : sensing::ModbusMap::names())
                names << toQString(name);
            return names.join(QStringLiteral(", "));
        }());
    if (scheme == QLatin1String("udp"))
        return ConnectDialog::tr("The sensor sends to this computer's address and this port.");
    return {};
}

QString portText(const sensing::PortInfo& port)
{
    QStringList about;
    const QString maker =
        toQString(port.vendor + (port.vendor.empty() || port.product.empty() ? "" : " ") + port.product);
    if (!maker.isEmpty())
        about << maker;
    if (!port.suggestion.empty() && toQString(port.suggestion) != maker)
        about << toQString(port.suggestion);
    if (about.isEmpty())
        about << ConnectDialog::tr("serial port of this computer");
    return toQString(port.path) + QLatin1Char('\n') + about.join(QStringLiteral(" · "));
}

} // namespace

ConnectDialog::ConnectDialog(Services& services, QWidget* parent)
    : QDialog(parent), m_services(services), m_ports(new QListWidget(this)), m_kind(new QComboBox(this)),
      m_uri(new QComboBox(this)), m_uriHint(new QLabel(this)), m_baud(new QComboBox(this)),
      m_decoder(new QComboBox(this)), m_editDecoder(new QPushButton(tr("&Edit…"), this)), m_problem(new QLabel(this)),
      m_copyCommand(new QPushButton(tr("Copy command"), this)),
      m_listen(new QPushButton(tr("Listen for 3 seconds"), this)), m_previewText(new QLabel(this)),
      m_values(new QTableWidget(0, 3, this)), m_connect(new QPushButton(tr("Connect"), this)),
      m_beside(new QCheckBox(tr("&Keep the sensors that are connected"), this))
{
    setObjectName(QStringLiteral("connectDialog"));
    setWindowTitle(tr("Connect a sensor"));
    setAccessibleName(windowTitle());
    resize(860, 560);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(Theme::space(5));
    columns->addWidget(buildChoice(), 1);
    columns->addWidget(buildPreview(), 1);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    cancel->setAccessibleName(tr("Cancel"));
    for (QPushButton* other : {cancel, m_listen, m_copyCommand})
        other->setAutoDefault(false); // Return connects
    m_connect->setDefault(true);
    m_connect->setAccessibleName(tr("Connect"));
    m_beside->setObjectName(QStringLiteral("connectBeside"));
    m_beside->setAccessibleName(tr("Keep the sensors that are connected"));
    m_beside->setToolTip(tr("The session begins anew with all of them; the first one feeds the recogniser."));
    m_beside->setVisible(m_services.session.canConnectBeside());
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_beside);
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_connect);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(5), Theme::space(4), Theme::space(5), Theme::space(4));
    layout->addLayout(columns, 1);
    layout->addLayout(buttons);

    widgets::copyRowsOnCopyKey(*m_ports, [this] { return portsAsTsv(); });
    widgets::copyRowsOnCopyKey(*m_values);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_connect, &QPushButton::clicked, this, &ConnectDialog::requestConnection);
    connect(m_ports, &QListWidget::currentRowChanged, this, &ConnectDialog::portChosen);
    connect(m_ports, &QListWidget::itemDoubleClicked, this, &ConnectDialog::requestConnection);
    connect(m_uri, &QComboBox::editTextChanged, this, &ConnectDialog::uriEdited);
    connect(m_baud, &QComboBox::currentTextChanged, this, &ConnectDialog::parametersChanged);
    connect(m_decoder, &QComboBox::currentIndexChanged, this, &ConnectDialog::parametersChanged);
    connect(m_listen, &QPushButton::clicked, this, &ConnectDialog::togglePreview);
    connect(m_copyCommand, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_command); });
    connect(&m_preview, &SourcePreview::changed, this, &ConnectDialog::showPreview);
    connect(&m_preview, &SourcePreview::released, this, [this] {
        if (m_connecting)
            emit connectRequested(sourceUri());
    });
    connect(m_kind, &QComboBox::activated, this, &ConnectDialog::kindChosen);
    connect(&m_portWatcher, &sensing::PortWatcher::changed, this, &ConnectDialog::updatePorts);
    updatePorts();
    uriEdited();
    showPreview();
}

ConnectDialog::~ConnectDialog() = default;

QWidget* ConnectDialog::buildChoice()
{
    auto* box = new QWidget(this);
    m_ports->setAccessibleName(tr("Serial ports"));
    m_ports->setMinimumHeight(Theme::space(30));
    m_ports->setAlternatingRowColors(true);
    m_kind->setAccessibleName(tr("Kind of source"));
    for (const auto& kind : kinds())
        m_kind->addItem(kindName(kind.scheme), toQString(kind.scheme));
    m_uri->setEditable(true);
    m_uri->setInsertPolicy(QComboBox::NoInsert);
    m_uri->setAccessibleName(tr("Source"));
    m_uri->lineEdit()->setPlaceholderText(QStringLiteral("tcp://192.168.0.20:5000"));
    m_uri->lineEdit()->setAccessibleName(tr("Source"));
    m_uri->addItems(m_services.state.value(recentKey).toStringList());
    m_uri->setCurrentIndex(-1);
    m_uri->clearEditText();
    m_uriHint->setWordWrap(true);
    m_uriHint->setTextFormat(Qt::PlainText); // <name> is no markup
    m_uriHint->setFont(Theme::font(Theme::TextSize::Small));
    m_baud->setEditable(true);
    m_baud->setAccessibleName(tr("Baud rate"));
    for (const int baud : {9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600})
        m_baud->addItem(QString::number(baud));
    m_baud->setCurrentText(QStringLiteral("115200"));
    m_decoder->setAccessibleName(tr("Decoder"));
    listDecoders();
    auto* newDecoder = new QPushButton(tr("&New device format…"), box);
    newDecoder->setObjectName(QStringLiteral("newDecoder"));
    newDecoder->setAccessibleName(tr("New device format"));
    m_editDecoder->setObjectName(QStringLiteral("editDecoder"));
    m_editDecoder->setAccessibleName(tr("Edit the chosen device format"));
    m_editDecoder->setEnabled(false);
    for (QPushButton* other : {newDecoder, m_editDecoder})
        other->setAutoDefault(false);
    newDecoder->setEnabled(m_services.roles.isEngineer());
    if (!m_services.roles.isEngineer())
        newDecoder->setToolTip(Roles::refusal());
    connect(newDecoder, &QPushButton::clicked, this, [this] { openEditor({}); });
    connect(m_editDecoder, &QPushButton::clicked, this, [this] { openEditor(m_decoder->currentData().toString()); });
    auto* decoderRow = new QHBoxLayout;
    decoderRow->setSpacing(Theme::space(2));
    decoderRow->addWidget(m_decoder, 1);
    decoderRow->addWidget(m_editDecoder);
    decoderRow->addWidget(newDecoder);
    m_problem->setWordWrap(true);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_problem->setAccessibleName(tr("Why it cannot be opened"));
    m_copyCommand->setAccessibleName(tr("Copy command"));

    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Kind"), m_kind);
    form->addRow(tr("&Source"), m_uri);
    form->addRow(QString(), m_uriHint);
    form->addRow(tr("&Baud rate"), m_baud);
    auto* decoderLabel = new QLabel(tr("&Decoder"), box);
    decoderLabel->setBuddy(m_decoder);
    form->addRow(decoderLabel, decoderRow);
    auto* heading = new QLabel(tr("Ports of this computer"), box);
    heading->setFont(Theme::font(Theme::TextSize::Body, true));
    heading->setBuddy(m_ports);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(heading);
    layout->addWidget(m_ports, 1);
    layout->addLayout(form);
    layout->addWidget(m_problem);
    layout->addWidget(m_copyCommand, 0, Qt::AlignLeft);
    return box;
}

void ConnectDialog::listDecoders()
{
    m_decoder->clear();
    m_decoder->addItem(tr("detect by itself"), QString());
    for (const auto& name : sensing::decoderNames())
        m_decoder->addItem(toQString(name), toQString(name));
}

void ConnectDialog::openEditor(const QString& decoder)
{
    m_preview.stop(); // the editor may listen to the same device
    auto* editor = new DecoderEditor(m_services, this);
    editor->setAttribute(Qt::WA_DeleteOnClose);
    editor->setSource(sourceUri());
    if (!decoder.isEmpty())
        editor->edit(decoder);
    connect(editor, &DecoderEditor::saved, this, [this](const QString& name) {
        m_settling = true;
        listDecoders();
        m_settling = false;
        m_decoder->setCurrentIndex(std::max(0, m_decoder->findData(name)));
    });
    editor->open();
}

QWidget* ConnectDialog::buildPreview()
{
    auto* box = new QWidget(this);
    auto* heading = new QLabel(tr("What it sends"), box);
    heading->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_previewText->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    heading->setFont(Theme::font(Theme::TextSize::Body, true));
    m_previewText->setWordWrap(true);
    m_previewText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_previewText->setAccessibleName(tr("What it sends"));
    m_listen->setAccessibleName(tr("Listen for 3 seconds"));
    m_values->setHorizontalHeaderLabels({tr("Channel"), tr("Value"), tr("Unit")});
    m_values->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_values->verticalHeader()->hide();
    m_values->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_values->setSelectionMode(QAbstractItemView::NoSelection);
    m_values->setAccessibleName(tr("Channels with their present values"));
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(heading);
    layout->addWidget(m_listen, 0, Qt::AlignLeft);
    layout->addWidget(m_previewText);
    layout->addWidget(m_values, 100);
    layout->addStretch(1);
    return box;
}

void ConnectDialog::updatePorts()
{
    if (m_lookingUp || !isEnabled())
        return;
    m_lookingUp = true;
    inBackground(
        *m_services.executor, this, "studio.list-ports", [] { return sensing::listPorts(); },
        [this](const std::vector<sensing::PortInfo>& ports) {
            m_lookingUp = false;
            showPorts(ports);
        });
}

void ConnectDialog::showPorts(const std::vector<sensing::PortInfo>& ports)
{
    const auto same = [](const sensing::PortInfo& a, const sensing::PortInfo& b) { return a.uri == b.uri; };
    if (m_ports->count() > 0 && std::equal(ports.begin(), ports.end(), m_known.begin(), m_known.end(), same))
        return;
    const QString chosen = m_ports->currentItem() ? m_ports->currentItem()->data(Qt::UserRole).toString() : QString();
    m_known = ports;
    m_settling = true;
    m_ports->clear();
    for (const auto& port : ports) {
        auto* item = new QListWidgetItem(portText(port), m_ports);
        item->setData(Qt::UserRole, toQString(port.uri));
        if (toQString(port.uri) == chosen)
            m_ports->setCurrentItem(item);
    }
    if (ports.empty()) {
        auto* item =
            new QListWidgetItem(tr("No serial port is there. Plug the sensor in; it appears here by itself."), m_ports);
        item->setFlags(Qt::NoItemFlags);
    }
    m_ports->setWordWrap(true);
    m_settling = false;
    if (chosen.isEmpty() && !ports.empty() && m_uri->currentText().isEmpty())
        m_ports->setCurrentRow(0);
}

QString ConnectDialog::portsAsTsv() const
{
    QString text;
    const auto line = [&text](QStringList cells) {
        for (QString& cell : cells)
            cell.replace(QLatin1Char('\t'), QLatin1Char(' ')).replace(QLatin1Char('\n'), QLatin1Char(' '));
        text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    };
    line({tr("Address"), tr("Device")});
    for (const auto& port : m_known)
        line({toQString(port.uri), portText(port)});
    return m_known.empty() ? QString() : text;
}

void ConnectDialog::portChosen()
{
    // The list makes its first row the current one when it gets the focus; only a selected row was chosen.
    if (m_settling || !m_ports->currentItem() || !m_ports->currentItem()->isSelected())
        return;
    const QString uri = m_ports->currentItem()->data(Qt::UserRole).toString();
    const auto chosen = sensing::SourceUri::parse(uri.toStdString());
    auto present = sensing::SourceUri::parse(sourceUri().toStdString());
    if (chosen.ok() && present.ok() && present->scheme == "modbus-rtu") {
        present->path = chosen->path; // the register map stays
        setSourceUri(toQString(present->toString()));
    } else if (!uri.isEmpty()) {
        setSourceUri(uri);
    }
}

/// An address that the user wrote for this kind stays; anything else makes room for an example to change.
void ConnectDialog::kindChosen()
{
    const QString scheme = m_kind->currentData().toString();
    if (sourceUri().startsWith(scheme + QLatin1Char(':')))
        return;
    const auto* port = m_ports->currentItem();
    const QString chosen = port != nullptr ? port->data(Qt::UserRole).toString() : QString();
    setSourceUri(scheme == QLatin1String("serial") && !chosen.isEmpty() ? chosen : exampleOf(scheme));
    m_uri->lineEdit()->setFocus();
    m_uri->lineEdit()->selectAll();
}

void ConnectDialog::showHint(const QString& scheme)
{
    QStringList lines{tr("For example: %1").arg(exampleOf(scheme))};
    if (const QString more = kindHint(scheme); !more.isEmpty())
        lines << more;
    m_uriHint->setText(lines.join(QLatin1Char('\n')));
}

bool ConnectDialog::isBeside() const
{
    return m_beside->isChecked() && m_services.session.canConnectBeside();
}

QString ConnectDialog::sourceUri() const
{
    return m_uri->currentText().trimmed();
}

void ConnectDialog::setSourceUri(const QString& uri)
{
    m_uri->setEditText(uri);
}

void ConnectDialog::uriEdited()
{
    if (m_settling)
        return;
    m_preview.stop();
    const QString text = sourceUri();
    const auto parsed = sensing::SourceUri::parse(text.toStdString());
    const bool usable = parsed.ok() && parsed->scheme != "replay";
    m_connect->setEnabled(usable);
    m_listen->setEnabled(usable);
    if (text.isEmpty()) {
        showHint(m_kind->currentData().toString());
        setProblem({}, {});
        return;
    }
    if (usable) {
        m_kind->setCurrentIndex(m_kind->findData(toQString(parsed->scheme)));
        showHint(toQString(parsed->scheme));
    } else {
        m_uriHint->setText(parsed.ok() ? tr("Recordings are opened under Recordings.") : Format::error(parsed.error()));
    }
    m_settling = true;
    m_baud->setEnabled(usable && onSerialLine(parsed->scheme));
    m_decoder->setEnabled(usable);
    if (usable) {
        if (const auto baud = parsed->parameter("baud"); !baud.empty())
            m_baud->setCurrentText(toQString(baud));
        m_decoder->setCurrentIndex(std::max(0, m_decoder->findData(toQString(parsed->parameter("decoder")))));
    }
    m_settling = false;
    m_editDecoder->setEnabled(m_services.roles.isEngineer() && m_decoder->currentIndex() > 0 &&
                              !sensing::isBuiltInDecoder(m_decoder->currentData().toString().toStdString()));
    diagnose();
}

void ConnectDialog::parametersChanged()
{
    if (m_settling)
        return;
    auto parsed = sensing::SourceUri::parse(sourceUri().toStdString());
    if (!parsed.ok())
        return;
    if (onSerialLine(parsed->scheme) && sender() == m_baud)
        setParameter(*parsed, "baud", m_baud->currentText().trimmed().toStdString());
    setParameter(*parsed, "decoder", m_decoder->currentData().toString().toStdString());
    setSourceUri(toQString(parsed->toString()));
}

void ConnectDialog::diagnose()
{
    const auto parsed = sensing::SourceUri::parse(sourceUri().toStdString());
    if (!parsed.ok() || !onSerialLine(parsed->scheme)) {
        setProblem({}, {});
        return;
    }
    inBackground(
        *m_services.executor, this, "studio.diagnose-port",
        [path = parsed->path] { return sensing::diagnosePort(path); },
        [this, uri = sourceUri()](const std::optional<Error>& problem) {
            if (uri != sourceUri())
                return;
            if (problem)
                setProblem(Format::error(*problem), commandIn(toQString(problem->remedy)));
            else
                setProblem({}, {});
        });
}

void ConnectDialog::setProblem(const QString& text, const QString& command)
{
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, Theme::current().severity(Theme::Severity::Error));
    m_problem->setPalette(colours);
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
    m_command = command;
    m_copyCommand->setToolTip(command);
    m_copyCommand->setVisible(!command.isEmpty());
}

void ConnectDialog::togglePreview()
{
    if (m_preview.isRunning()) {
        m_preview.stop();
        return;
    }
    const auto parsed = sensing::SourceUri::parse(sourceUri().toStdString());
    if (parsed.ok())
        m_preview.start(*parsed);
}

void ConnectDialog::showPreview()
{
    const PreviewState& state = m_preview.state();
    m_listen->setText(m_preview.isRunning() ? tr("Stop listening") : tr("Listen for 3 seconds"));
    QStringList lines;
    if (!state.problem.isEmpty())
        lines << state.problem;
    if (state.frames > 0)
        lines << tr("%n channel(s)", nullptr, static_cast<int>(state.channels.size())) +
                     tr(", %1, %L2 lines skipped").arg(Format::rate(state.rateHz)).arg(state.skippedLines);
    if (!state.decoder.isEmpty())
        lines << tr("Detected as %1: %2").arg(state.decoder, state.decoderReason);
    if (state.simulated)
        lines << tr("The device says that its data is simulated.");
    if (lines.isEmpty())
        lines << (m_preview.isRunning()
                      ? state.bytes > 0 ? tr("Bytes arrive; looking for readings in them…") : tr("Listening…")
                  : state.bytes > 0 ? tr("Bytes arrived but no readings were found in them. Check the baud rate "
                                         "and the decoder.")
                  : state.connection != sensing::ConnectionState::Idle
                      ? tr("Nothing arrived within three seconds. Check that the device is on and sends by itself.")
                      : tr("Listen to the device before you connect; this changes nothing on it."));
    m_previewText->setText(lines.join(QLatin1Char('\n')));
    m_values->setVisible(!state.channels.empty());
    m_values->setRowCount(static_cast<int>(state.channels.size()));
    for (int row = 0; row < m_values->rowCount(); ++row) {
        const auto& channel = state.channels[static_cast<std::size_t>(row)];
        const auto index = static_cast<std::size_t>(row);
        const double value = index < state.values.size() ? static_cast<double>(state.values[index]) : std::nan("");
        const QStringList cells{toQString(channel.name),
                                std::isnan(value) ? QStringLiteral("–") : QLocale().toString(value, 'g', 6),
                                toQString(channel.unit)};
        for (int column = 0; column < 3; ++column) {
            if (!m_values->item(row, column))
                m_values->setItem(row, column, new QTableWidgetItem);
            m_values->item(row, column)->setText(cells[column]);
        }
    }
}

void ConnectDialog::remember(const QString& uri)
{
    QStringList recent = m_services.state.value(recentKey).toStringList();
    recent.removeAll(uri);
    recent.prepend(uri);
    while (recent.size() > 10)
        recent.removeLast();
    m_services.state.setValue(recentKey, recent);
}

void ConnectDialog::requestConnection()
{
    if (!m_connect->isEnabled() || m_connecting)
        return;
    remember(sourceUri());
    m_connecting = true;
    m_connect->setEnabled(false);
    if (m_preview.isRunning())
        m_preview.stop(); // released() goes on
    else
        emit connectRequested(sourceUri());
}

} // namespace bnof::studio
