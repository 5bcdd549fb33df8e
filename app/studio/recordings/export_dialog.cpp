// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {

using recording::ExportFormat;
using widgets::Theme;

ExportDialog::ExportDialog(const QString& recording, QWidget* parent)
    : QDialog(parent), m_recording(recording), m_format(new QComboBox(this)), m_about(new QLabel(this)),
      m_spikes(new QCheckBox(tr("With the spikes"), this)), m_target(new QLineEdit(this)), m_problem(new QLabel(this)),
      m_export(new QPushButton(tr("Export"), this))
{
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(tr("Export %1").arg(QFileInfo(recording).fileName()));
    setAccessibleName(windowTitle());
    for (const recording::ExportFormatInfo& format : recording::exportFormats())
        m_format->addItem(
            QStringLiteral("%1 – %2").arg(QString::fromLatin1(format.name).toUpper(), formatText(format.format)),
            static_cast<int>(format.format));
    m_format->setObjectName(QStringLiteral("exportFormat"));
    m_format->setAccessibleName(tr("Format"));
    m_about->setWordWrap(true);
    m_about->setFont(Theme::font(Theme::TextSize::Small));
    m_spikes->setObjectName(QStringLiteral("exportSpikes"));
    m_spikes->setAccessibleName(m_spikes->text());
    m_target->setObjectName(QStringLiteral("exportTarget"));
    m_target->setAccessibleName(tr("File or folder to write"));
    m_problem->setWordWrap(true);
    m_problem->setAccessibleName(tr("Why this cannot be exported"));
    m_export->setObjectName(QStringLiteral("exportButton"));
    m_export->setAccessibleName(m_export->text());
    m_export->setDefault(true);
    auto* choose = new QPushButton(tr("Browse…"), this);
    choose->setAccessibleName(tr("Choose the file or folder to write"));
    choose->setAutoDefault(false);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    cancel->setAccessibleName(cancel->text());
    cancel->setAutoDefault(false);

    auto* where = new QHBoxLayout;
    where->setSpacing(Theme::space(2));
    where->addWidget(m_target, 1);
    where->addWidget(choose);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(Theme::space(2));
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_export);
    auto* form = new QFormLayout(this);
    form->setContentsMargins(Theme::space(5), Theme::space(4), Theme::space(5), Theme::space(4));
    form->setVerticalSpacing(Theme::space(3));
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("Format"), m_format);
    form->addRow(m_about);
    form->addRow(QString(), m_spikes);
    form->addRow(tr("Write to"), where);
    form->addRow(m_problem);
    form->addRow(buttons);
    resize(Theme::space(150), sizeHint().height());
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::formatChosen);
    connect(m_target, &QLineEdit::textChanged, this, &ExportDialog::check);
    connect(choose, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_export, &QPushButton::clicked, this, &QDialog::accept);
    formatChosen();
}

QString ExportDialog::formatText(ExportFormat format)
{
    switch (format) {
    case ExportFormat::Csv: return tr("table for spreadsheets");
    case ExportFormat::Nwb: return tr("Neurodata Without Borders (HDF5)");
    case ExportFormat::Mat: return tr("MATLAB 5");
    case ExportFormat::Npy: return tr("folder of NumPy arrays");
    case ExportFormat::Arff: return tr("Weka");
    case ExportFormat::Xdf: return tr("Lab Streaming Layer");
    }
    return {};
}

namespace {

QString aboutText(ExportFormat format)
{
    switch (format) {
    case ExportFormat::Csv:
        return ExportDialog::tr("One row a frame with its decision and marks; what the recording says about itself "
                                "goes into a JSON file beside it, spikes into a table of their own.");
    case ExportFormat::Nwb:
        return ExportDialog::tr("Sensors as time series, spikes as units, marks as intervals; for pynwb, MatNWB and "
                                "every HDF5 tool.");
    case ExportFormat::Mat:
        return ExportDialog::tr("One variable a stream, each below 2 GiB and whole in memory while it is written.");
    case ExportFormat::Npy: return ExportDialog::tr("One array a stream, with a description in metadata.json.");
    case ExportFormat::Arff:
        return ExportDialog::tr("One row a frame, with the mark in force as its class; decisions and spikes are left "
                                "out.");
    case ExportFormat::Xdf: return ExportDialog::tr("One stream each for sensors, spikes, decisions and marks.");
    }
    return {};
}

} // namespace

void ExportDialog::formatChosen()
{
    const auto format = options().format;
    const recording::ExportFormatInfo& about = recording::info(format);
    m_about->setText(aboutText(format));
    m_spikes->setEnabled(about.canHoldSpikes);
    m_spikes->setChecked(about.spikesByDefault);
    m_spikes->setToolTip(about.canHoldSpikes ? QString() : tr("This format cannot hold spikes."));
    m_target->setText(toQString(recording::defaultExportPath(m_recording.toStdString(), format)));
}

void ExportDialog::check()
{
    const QFileInfo file(target());
    QString problem;
    if (target().isEmpty())
        problem = tr("Say where to write to.");
    else if (file.exists() || file.isSymLink())
        problem = tr("%1 exists already and is not overwritten: choose another name.").arg(file.fileName());
    else if (!QFileInfo(file.absolutePath()).isDir())
        problem = tr("There is no folder %1.").arg(file.absolutePath());
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_export->setEnabled(problem.isEmpty());
}

void ExportDialog::browse()
{
    const recording::ExportFormatInfo& about = recording::info(options().format);
    auto* dialog = new QFileDialog(this, tr("Export"), QFileInfo(target()).absolutePath());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite); // nothing is overwritten
    dialog->setDefaultSuffix(QString::fromLatin1(about.extension).mid(1));
    dialog->selectFile(QFileInfo(target()).fileName());
    connect(dialog, &QFileDialog::fileSelected, m_target, &QLineEdit::setText);
    dialog->open();
}

recording::ExportOptions ExportDialog::options() const
{
    recording::ExportOptions options;
    options.format = static_cast<ExportFormat>(m_format->currentData().toInt());
    options.spikes = m_spikes->isChecked();
    return options;
}

QString ExportDialog::target() const
{
    return m_target->text().trimmed();
}

} // namespace bnof::studio
