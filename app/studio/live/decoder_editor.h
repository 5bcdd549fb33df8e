// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QPointer>
#include <QTimer>

#include <vector>

#include "app/studio/live/byte_capture.h"
#include "engine/sensing/decoders/declarative_decoder.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QMessageBox;
class QPlainTextEdit;
class QPushButton;
class QTableWidget;

namespace bnof::studio {

class CodeEdit;
class OutcomeLabel;
class Services;

/// The format of a device as JSON beside some of its bytes, with what the one makes of the others. Everything is read,
/// decoded and written away from the GUI thread.
class DecoderEditor : public QDialog {
    Q_OBJECT

public:
    explicit DecoderEditor(Services& services, QWidget* parent = nullptr);

    /// Edit the description of this decoder, which one of the decoder folders holds.
    void edit(const QString& decoder);
    /// Offered as the source to listen to.
    void setSource(const QString& uri);

public slots:
    void reject() override;

signals:
    /// A description was kept; its name is a decoder from now on.
    void saved(const QString& decoder);

private:
    struct Choice {
        QString title;
        QString path;
    };
    struct Look {
        sensing::DecoderPreview preview;
        int errorLine = 0;
        sensing::Detection others; ///< what the known decoders make of the bytes
    };

    QWidget* buildDescription();
    QWidget* buildSample();
    void listTemplates();
    void load(const QString& path);
    void setText(const QString& text);
    void openSample();
    void listen();
    void captured();
    void showSample(const QByteArray& bytes);
    /// The bytes that the sample stands for; false when they cannot be understood.
    [[nodiscard]] bool sampleBytes(QByteArray& bytes) const;
    void schedule();
    void look();
    void showLook(const Look& look);
    void showRows(const sensing::DecoderPreview& preview);
    void save(bool replace);
    void askToReplace(const QString& what);
    void askBeforeClosing();

    Services& m_services;
    QComboBox* m_template;
    CodeEdit* m_text;
    OutcomeLabel* m_problem;
    QComboBox* m_form; ///< text or hexadecimal
    QPlainTextEdit* m_sample;
    QLineEdit* m_source;
    QPushButton* m_listen;
    QLabel* m_summary;
    QTableWidget* m_rows;
    OutcomeLabel* m_outcome;
    QPushButton* m_save;
    std::vector<Choice> m_choices;
    QString m_wanted; ///< decoder to be opened when the list of files is there
    QString m_kept;   ///< the text as it was loaded or saved
    QTimer m_pause;
    int m_looks = 0;
    ByteCapture m_capture;
    QByteArray m_shownBytes; ///< of a device or a file, as long as the sample reads m_shownText
    QString m_shownText;
    QPointer<QMessageBox> m_question;
};

} // namespace bnof::studio
