// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <functional>
#include <vector>

#include "engine/base/result.h"
#include "engine/sensing/calibration/calibration.h"

class QComboBox;
class QTableWidget;

namespace bnof::studio {

class CalibrationDraft;
class OutcomeLabel;
class Services;

/// The first step: which sensor, from which calibration, and what is known of its channels.
class CalibrationSensorPage : public QWidget {
    Q_OBJECT

public:
    CalibrationSensorPage(Services& services, CalibrationDraft& draft, QWidget* parent = nullptr);

    /// List the stored calibrations anew and begin from the newest one of the sensor.
    void beginAnew();

private:
    enum Column { Name, Raw, Type, Gas, Supply, Load, Columns };

    void listSensors();
    void chooseSensor(int row);
    void listCalibrations(std::vector<sensing::Calibration> stored);
    void chooseBase(int row);
    void showChannels();
    void addRow(int row, const sensing::ChannelCalibration& channel);
    QWidget* typeBox(const sensing::ChannelCalibration& channel);
    QWidget* gasBox(const sensing::ChannelCalibration& channel);
    QWidget* rawBox(const sensing::ChannelCalibration& channel);
    QWidget* numberField(const sensing::ChannelCalibration& channel, Column column);
    void showEnvironmentChannels();
    void setEnvironmentChannel(bool temperature, const QString& name);
    /// Change one channel as one step.
    void change(const std::string& channel, const QString& what,
                const std::function<Result<void>(sensing::ChannelCalibration&)>& edit);

    Services& m_services;
    CalibrationDraft& m_draft;
    QComboBox* m_sensor;
    QComboBox* m_base;
    QTableWidget* m_table;
    QComboBox* m_temperature;
    QComboBox* m_humidity;
    OutcomeLabel* m_outcome;
    std::vector<sensing::Calibration> m_stored;
    bool m_settling = false;
};

} // namespace bnof::studio
