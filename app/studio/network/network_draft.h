// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QUndoStack>

#include <memory>
#include <optional>
#include <vector>

#include "app/studio/network/network_fields.h"
#include "engine/pipeline/executor.h"
#include "engine/session/inspection.h"

namespace bnof::studio {

class SessionController;

/// The network as the user edits it, beside the one that runs. Edits are steps of the program's undo list and may leave
/// a value that makes no sense: the draft then says which, and is not taken over. It outlives windows and sessions: a
/// session with the same model finds its edits again. GUI thread only.
class NetworkDraft : public QObject {
    Q_OBJECT

public:
    NetworkDraft(SessionController& session, QUndoStack& undo, Executor& executor, QObject* parent = nullptr);
    ~NetworkDraft() override;

    /// A spiking network runs.
    [[nodiscard]] bool isPresent() const { return m_model && !m_model->network.populations.empty(); }
    /// What runs; null without a recogniser.
    [[nodiscard]] const std::shared_ptr<const session::RunningModel>& model() const { return m_model; }
    /// As edited, with the readout projections as they run after the others.
    [[nodiscard]] const snn::Network& network() const { return m_network; }
    [[nodiscard]] bool isEditable(std::size_t projection) const
    {
        return m_model && projection < m_model->firstReadout;
    }

    /// Edits that do not run yet.
    [[nodiscard]] bool isPending() const { return m_pending; }
    [[nodiscard]] bool populationDiffers(std::size_t index) const;
    [[nodiscard]] bool projectionDiffers(std::size_t index) const;
    /// What makes no sense; `where` is the path of the field.
    [[nodiscard]] const std::optional<Error>& problem() const { return m_problem; }
    /// Everything is checked against the rest of the model and can be taken over.
    [[nodiscard]] bool isReady() const { return m_candidate != nullptr; }
    /// The running session takes over the changed network with its next decision.
    [[nodiscard]] bool isChanging() const;
    /// Neither the draft nor the running network is the one of the model as it was loaded.
    [[nodiscard]] bool canRevert() const;

    void edit(const NetworkField& field, double value, const QString& owner);
    /// Back to what runs; when nothing is pending, back to the model as it was loaded.
    void revert();
    /// Let the session use the draft. A recording that runs is closed; `recordAgain` begins another one.
    void apply(bool recordAgain);
    /// Write the draft as a model of its own; saved() or saveFailed() tells the end.
    void saveAs(const QString& path);

signals:
    void changed();
    void saved(const QString& path);
    void saveFailed(const QString& message);

private:
    friend class EditCommand;
    friend class ReplaceCommand;
    using Bytes = std::vector<std::uint8_t>;

    void followSession();
    void adopt(std::shared_ptr<const session::RunningModel> model);
    void setNetwork(snn::Network network);
    void changeNow(const NetworkField::Restore& change, int generation);
    void replaceNow(const snn::Network& network, int generation);
    void check();
    [[nodiscard]] snn::Network withoutReadout(const snn::Network& network) const;

    SessionController& m_session;
    QUndoStack& m_undo;
    Executor& m_executor;
    std::shared_ptr<const session::RunningModel> m_model;
    std::shared_ptr<const Bytes> m_loaded; ///< the model as it was loaded
    snn::Network m_loadedNetwork;          ///< of it, with the readout
    snn::Network m_network;
    bool m_pending = false;
    std::optional<Error> m_problem;
    std::shared_ptr<const Bytes> m_candidate; ///< the changed model, when it was checked
    Bytes m_applied;                          ///< what was handed to the session
    bool m_recordAgain = false;
    bool m_wasChanging = false;
    int m_generation = 0; ///< undo steps of another model's draft do nothing
    int m_checkNumber = 0;
};

} // namespace bnof::studio
