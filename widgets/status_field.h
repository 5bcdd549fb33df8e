// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QWidget>

#include "widgets/theme.h"

namespace bnof::widgets {

/// One figure of the status strip, e.g. "0 dropped". It is a button: activating it leads to the cause.
/// Severity is told by a symbol as well as by colour.
class StatusField : public QAbstractButton {
    Q_OBJECT

public:
    /// `title` says what the figure is, for the tool tip and for screen readers ("Dropped frames").
    explicit StatusField(const QString& title, QWidget* parent = nullptr);

    [[nodiscard]] QString title() const { return m_title; }
    void setTitle(const QString& title);
    void setValue(const QString& value, Theme::Severity severity = Theme::Severity::Info, const QString& detail = {});
    [[nodiscard]] QString value() const { return text(); }
    [[nodiscard]] Theme::Severity severity() const { return m_severity; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_title;
    QString m_detail;
    Theme::Severity m_severity = Theme::Severity::Info;
};

/// A row of status fields with separators; fields that do not fit are hidden from the end, those of
/// warning or error severity last.
class StatusStrip : public QWidget {
    Q_OBJECT

public:
    explicit StatusStrip(QWidget* parent = nullptr);

    /// The field with this id, made when it does not exist yet.
    StatusField* field(const QString& id, const QString& title = {});

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void activated(const QString& id);

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

private:
    void layOut();

    std::vector<std::pair<QString, StatusField*>> m_fields;
};

} // namespace bnof::widgets
