// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/calibration_sensor_page.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>
#include <functional>

#include "app/studio/live/calibration_draft.h"
#include "app/studio/live/outcome_label.h"
#include "app/studio/services/background.h"
#include "app/studio/services/services.h"
#include "engine/sensing/calibration/mq_sensors.h"
#include "engine/sensing/calibration/store.h"

namespace bnof::studio {

using sensing::RawKind;
using widgets::Theme;

namespace {

/// Entries of the list of beginnings that are no stored calibration.
constexpr int fromNew = -1;

QString rawText(RawKind kind)
{
    switch (kind) {
    case RawKind::Divider: return CalibrationSensorPage::tr("divider");
    case RawKind::Resistance: return CalibrationSensorPage::tr("resistance");
    case RawKind::Conductance: return CalibrationSensorPage::tr("conductance");
    case RawKind::Concentration: return CalibrationSensorPage::tr("concentration");
    }
    return {};
}

bool insensitive(const sensing::PowerLaw& law)
{
    return std::abs(law.b) > sensing::largestExponent;
}

/// The wheel scrolls the table and changes nothing by accident.
class CellBox : public QComboBox {
public:
    using QComboBox::QComboBox;

protected:
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

} // namespace

CalibrationSensorPage::CalibrationSensorPage(Services& services, CalibrationDraft& draft, QWidget* parent)
    : QWidget(parent), m_services(services), m_draft(draft), m_sensor(new QComboBox(this)), m_base(new QComboBox(this)),
      m_table(new QTableWidget(0, Columns, this)), m_temperature(new QComboBox(this)), m_humidity(new QComboBox(this)),
      m_outcome(new OutcomeLabel(this))
{
    m_sensor->setObjectName(QStringLiteral("calibratedSensor"));
    m_sensor->setAccessibleName(tr("Sensor to calibrate"));
    m_base->setObjectName(QStringLiteral("calibrationBase"));
    m_base->setAccessibleName(tr("Calibration to begin from"));
    m_temperature->setObjectName(QStringLiteral("temperatureChannel"));
    m_temperature->setAccessibleName(tr("Temperature channel"));
    m_humidity->setObjectName(QStringLiteral("humidityChannel"));
    m_humidity->setAccessibleName(tr("Humidity channel"));
    m_outcome->setObjectName(QStringLiteral("sensorOutcome"));
    m_table->setObjectName(QStringLiteral("channelTable"));
    m_table->setAccessibleName(tr("What is known of the channels"));
    m_table->setHorizontalHeaderLabels(
        {tr("Channel"), tr("Raw value is a"), tr("Sensor type"), tr("Gas"), tr("Supply, raw"), tr("Load, Ω")});
    m_table->horizontalHeaderItem(Supply)->setToolTip(
        tr("What the supply voltage is in the unit of the raw values, e.g. 1023 counts or 5 V."));
    m_table->horizontalHeaderItem(Load)->setToolTip(
        tr("Load resistor in ohms; 1 gives resistances in units of the load resistor."));
    m_table->horizontalHeaderItem(Gas)->setToolTip(
        tr("The datasheet curve gives an equivalent concentration of one pure, known gas; specimens differ by a factor "
           "of two."));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->verticalHeader()->hide();
    m_table->setSelectionMode(QAbstractItemView::NoSelection);

    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Sensor"), m_sensor);
    form->addRow(tr("&Begin from"), m_base);
    auto* environment = new QHBoxLayout;
    auto* temperatureLabel = new QLabel(tr("&Temperature"), this);
    temperatureLabel->setBuddy(m_temperature);
    auto* humidityLabel = new QLabel(tr("&Humidity"), this);
    humidityLabel->setBuddy(m_humidity);
    environment->addWidget(temperatureLabel);
    environment->addWidget(m_temperature, 1);
    environment->addSpacing(Theme::space(3));
    environment->addWidget(humidityLabel);
    environment->addWidget(m_humidity, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(form);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_outcome);
    layout->addLayout(environment);
    connect(m_sensor, &QComboBox::activated, this, &CalibrationSensorPage::chooseSensor);
    connect(m_base, &QComboBox::activated, this, &CalibrationSensorPage::chooseBase);
    connect(m_temperature, &QComboBox::activated, this,
            [this] { setEnvironmentChannel(true, m_temperature->currentData().toString()); });
    connect(m_humidity, &QComboBox::activated, this,
            [this] { setEnvironmentChannel(false, m_humidity->currentData().toString()); });
    connect(&draft, &CalibrationDraft::changed, this, &CalibrationSensorPage::showChannels);
}

void CalibrationSensorPage::beginAnew()
{
    listSensors();
    if (m_sensor->count() > 0)
        chooseSensor(m_sensor->currentIndex());
}

void CalibrationSensorPage::listSensors()
{
    const auto& sources = m_services.session.status().sources;
    m_sensor->clear();
    for (std::size_t i = 0; i < sources.size(); ++i)
        if (!sources[i].channels.empty())
            m_sensor->addItem(toQString(sources[i].device.empty() ? sources[i].uri : sources[i].device),
                              static_cast<uint>(i));
}

void CalibrationSensorPage::chooseSensor(int row)
{
    m_draft.setSource(m_sensor->itemData(row).toUInt());
    inBackground(
        *m_services.executor, this, "studio.list-calibrations",
        [] { return sensing::CalibrationStore(sensing::CalibrationStore::defaultFolder()).list(); },
        [this](std::vector<sensing::Calibration> stored) { listCalibrations(std::move(stored)); });
}

void CalibrationSensorPage::listCalibrations(std::vector<sensing::Calibration> stored)
{
    std::stable_sort(stored.begin(), stored.end(), [](const auto& a, const auto& b) { return a.utc > b.utc; });
    m_stored = std::move(stored);
    m_base->clear();
    int newest = -1;
    for (std::size_t i = 0; i < m_stored.size(); ++i) {
        const auto& each = m_stored[i];
        const bool own = each.device == m_draft.device();
        QString text =
            tr("%1, version %2 of %3").arg(toQString(each.name)).arg(each.version).arg(Format::dateTime(each.utc));
        if (!own)
            text += tr(" (made for another device: %1)").arg(toQString(each.device));
        if (own && newest < 0)
            newest = m_base->count();
        m_base->addItem(text, static_cast<int>(i));
    }
    m_base->insertItem(newest < 0 ? 0 : m_base->count(), tr("a new calibration"), fromNew);
    m_base->setCurrentIndex(std::max(newest, 0));
    chooseBase(m_base->currentIndex());
}

void CalibrationSensorPage::chooseBase(int row)
{
    const int index = m_base->itemData(row).toInt();
    if (index != fromNew) {
        m_draft.begin(m_stored[static_cast<std::size_t>(index)]);
        return;
    }
    auto fresh = sensing::beginCalibration(m_draft.channels());
    fresh.device = m_draft.device();
    m_draft.begin(std::move(fresh));
}

void CalibrationSensorPage::change(const std::string& channel, const QString& what,
                                   const std::function<Result<void>(sensing::ChannelCalibration&)>& edit)
{
    if (m_settling)
        return;
    auto next = m_draft.now();
    auto& changed = next.channel(channel);
    if (const auto result = edit(changed); !result.ok()) {
        m_outcome->say(result.error());
        showChannels(); // back to what is in force
        return;
    }
    m_outcome->say(Theme::Severity::Info, {});
    m_draft.apply(std::move(next), tr("%1 of %2").arg(what, toQString(channel)));
}

QWidget* CalibrationSensorPage::rawBox(const sensing::ChannelCalibration& channel)
{
    auto* box = new CellBox(m_table);
    for (const auto kind : {RawKind::Divider, RawKind::Resistance, RawKind::Conductance, RawKind::Concentration})
        box->addItem(rawText(kind), static_cast<int>(kind));
    box->setCurrentIndex(box->findData(static_cast<int>(channel.raw)));
    box->setAccessibleName(tr("What the raw value of %1 is").arg(toQString(channel.channel)));
    connect(box, &QComboBox::activated, this, [this, box, name = channel.channel] {
        change(name, tr("raw value"), [box](sensing::ChannelCalibration& edited) -> Result<void> {
            edited.raw = static_cast<RawKind>(box->currentData().toInt());
            edited.r0.reset(); // in other units
            edited.environment.reset();
            edited.spans.clear();
            return {};
        });
    });
    return box;
}

QWidget* CalibrationSensorPage::typeBox(const sensing::ChannelCalibration& channel)
{
    auto* box = new CellBox(m_table);
    box->addItem(tr("other"), QString());
    for (const auto& sensor : sensing::mqSensors()) {
        box->addItem(toQString(sensor.name), toQString(sensor.name));
        box->setItemData(box->count() - 1, toQString(sensor.remark), Qt::ToolTipRole);
    }
    box->setCurrentIndex(std::max(0, box->findData(toQString(channel.sensor))));
    box->setEnabled(channel.raw != RawKind::Concentration);
    box->setAccessibleName(tr("Sensor type of %1").arg(toQString(channel.channel)));
    connect(box, &QComboBox::activated, this, [this, box, name = channel.channel] {
        change(name, tr("sensor type"), [box](sensing::ChannelCalibration& edited) -> Result<void> {
            const auto* sensor = sensing::findMqSensor(box->currentData().toString().toStdString());
            const double earlier = edited.airRatio;
            edited.sensor = sensor == nullptr ? std::string() : sensor->name;
            edited.airRatio = sensor == nullptr ? 1 : sensor->airRatio;
            if (edited.r0) // what was measured is the resistance in clean air
                edited.r0 = *edited.r0 * earlier / edited.airRatio;
            edited.power.reset();
            edited.spans.clear();
            return {};
        });
    });
    return box;
}

QWidget* CalibrationSensorPage::gasBox(const sensing::ChannelCalibration& channel)
{
    const auto* sensor = sensing::findMqSensor(channel.sensor);
    const QString present = channel.power                                             ? toQString(channel.power->gas)
                            : channel.linear && channel.raw == RawKind::Concentration ? toQString(channel.linear->gas)
                                                                                      : QString();
    auto* box = new CellBox(m_table);
    box->setAccessibleName(tr("Gas of %1").arg(toQString(channel.channel)));
    box->addItem(tr("none"), QString());
    if (sensor != nullptr)
        for (const auto& law : sensor->gases)
            box->addItem(insensitive(law) ? tr("%1 (insensitive)").arg(toQString(law.gas)) : toQString(law.gas),
                         toQString(law.gas));
    if (!present.isEmpty() && box->findData(present) < 0)
        box->addItem(present, present);
    box->setCurrentIndex(std::max(0, box->findData(present)));
    box->setEnabled(sensor != nullptr);
    box->setToolTip(sensor == nullptr ? tr("Spans of a known gas give this sensor its curve.") : QString());
    connect(box, &QComboBox::activated, this, [this, box, name = channel.channel] {
        change(name, tr("gas"), [box](sensing::ChannelCalibration& edited) -> Result<void> {
            const std::string gas = box->currentData().toString().toStdString();
            std::optional<sensing::PowerLaw> law;
            if (!gas.empty()) {
                BNOF_TRY_ASSIGN(law, sensing::mqCurve(edited.sensor, gas));
            }
            edited.power = std::move(law);
            edited.spans.clear();
            return {};
        });
    });
    return box;
}

QWidget* CalibrationSensorPage::numberField(const sensing::ChannelCalibration& channel, Column column)
{
    const bool supply = column == Supply;
    const double value = supply ? channel.supply : channel.load;
    auto* field = new QLineEdit(QLocale().toString(value, 'g', 8), m_table);
    field->setEnabled(channel.raw == RawKind::Divider);
    field->setFrame(false);
    field->setAccessibleName(
        (supply ? tr("Supply of %1, in the unit of the raw values") : tr("Load resistor of %1 in ohms"))
            .arg(toQString(channel.channel)));
    connect(field, &QLineEdit::editingFinished, this, [this, field, supply, value, name = channel.channel] {
        bool number = false;
        const double entered = QLocale().toDouble(field->text(), &number);
        if (entered == value)
            return;
        change(name, supply ? tr("supply") : tr("load"), [&](sensing::ChannelCalibration& edited) -> Result<void> {
            if (!number || !(entered > 0))
                return makeError(ErrorKind::Usage, "\"" + field->text().toStdString() + "\" is no positive number",
                                 edited.channel);
            (supply ? edited.supply : edited.load) = entered;
            edited.r0.reset(); // it was computed with the other value
            edited.environment.reset();
            return {};
        });
    });
    return field;
}

void CalibrationSensorPage::addRow(int row, const sensing::ChannelCalibration& channel)
{
    auto* name = new QTableWidgetItem(toQString(channel.channel));
    name->setFlags(Qt::ItemIsEnabled);
    m_table->setItem(row, Name, name);
    m_table->setCellWidget(row, Raw, rawBox(channel));
    m_table->setCellWidget(row, Type, typeBox(channel));
    m_table->setCellWidget(row, Gas, gasBox(channel));
    m_table->setCellWidget(row, Supply, numberField(channel, Supply));
    m_table->setCellWidget(row, Load, numberField(channel, Load));
}

void CalibrationSensorPage::showChannels()
{
    // The editors that are replaced may be the ones that call: they go when they have returned.
    m_settling = true;
    const auto* focused = focusWidget();
    int focusedRow = -1;
    int focusedColumn = -1;
    for (int row = 0; row < m_table->rowCount(); ++row)
        for (int column = Raw; column < Columns; ++column)
            if (m_table->cellWidget(row, column) == focused && focused != nullptr) {
                focusedRow = row;
                focusedColumn = column;
            }
    const auto& channels = m_draft.now().channels;
    m_table->setRowCount(static_cast<int>(channels.size()));
    for (std::size_t i = 0; i < channels.size(); ++i)
        addRow(static_cast<int>(i), channels[i]);
    if (focusedRow >= 0 && focusedRow < m_table->rowCount())
        m_table->cellWidget(focusedRow, focusedColumn)->setFocus();
    showEnvironmentChannels();
    m_settling = false;
}

void CalibrationSensorPage::showEnvironmentChannels()
{
    for (const bool temperature : {true, false}) {
        QComboBox* box = temperature ? m_temperature : m_humidity;
        const auto& present = temperature ? m_draft.now().temperatureChannel : m_draft.now().humidityChannel;
        box->clear();
        box->addItem(tr("none"), QString());
        for (const auto& channel : m_draft.channels())
            box->addItem(channel.unit.empty()
                             ? toQString(channel.name)
                             : QStringLiteral("%1, %2").arg(toQString(channel.name), toQString(channel.unit)),
                         toQString(channel.name));
        if (!present.empty() && box->findData(toQString(present)) < 0)
            box->addItem(toQString(present), toQString(present));
        box->setCurrentIndex(std::max(0, box->findData(toQString(present))));
    }
}

void CalibrationSensorPage::setEnvironmentChannel(bool temperature, const QString& name)
{
    auto next = m_draft.now();
    (temperature ? next.temperatureChannel : next.humidityChannel) = name.toStdString();
    m_draft.apply(std::move(next), temperature ? tr("temperature channel") : tr("humidity channel"));
}

} // namespace bnof::studio
