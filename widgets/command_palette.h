// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QFrame>
#include <QPointer>

#include <vector>

class QAction;
class QLineEdit;
class QListView;

namespace bnof::widgets {

/// How well `pattern` matches `text` as a subsequence: 0 is no match, more is better (starts of words
/// and runs of letters count more). Case does not matter; an empty pattern matches everything.
[[nodiscard]] int fuzzyScore(const QString& pattern, const QString& text);

/// The actions of a program as a filtered list: what can be used first, then the rest with the reason why it
/// cannot. Columns of a row come by roles.
class CommandModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { ShortcutRole = Qt::UserRole + 1, CommandLineRole, ActionRole, ReasonRole };
    /// Dynamic property of a disabled action: why it cannot be used now (ReasonRole).
    static constexpr const char* reasonProperty = "bnofDisabledReason";

    explicit CommandModel(QObject* parent = nullptr);

    /// `commandLine` is the name of the same thing on the command line ("bnof record"), may be empty.
    void add(QAction* action, const QString& commandLine = {});
    void clear();
    void setFilter(const QString& pattern);
    [[nodiscard]] QAction* actionAt(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    void rebuild();

    struct Entry {
        QPointer<QAction> action;
        QString commandLine;
    };
    std::vector<Entry> m_entries;
    std::vector<int> m_rows;
    QString m_pattern;
};

/// Ctrl+K: type a few letters, press Return, and the action runs.
class CommandPalette : public QFrame {
    Q_OBJECT

public:
    /// A pop-up over `parent`'s window.
    explicit CommandPalette(QWidget* parent);

    [[nodiscard]] CommandModel* model() const { return m_model; }
    [[nodiscard]] QLineEdit* input() const { return m_input; }

public slots:
    /// Show it near the top of the parent with an empty filter.
    void open();
    /// Run the selected action and close.
    void accept();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void styleForTheme();
    void selectFirst();

    CommandModel* m_model;
    QLineEdit* m_input;
    QListView* m_list;
};

} // namespace bnof::widgets
