// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/network/network_draft.h"

#include <QFileInfo>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/session_controller.h"
#include "engine/base/files.h"
#include "engine/session/model_change.h"

namespace bnof::studio {

/// One value of the draft. Holds only what it changes: networks may be large.
class EditCommand : public QUndoCommand {
public:
    EditCommand(NetworkDraft& draft, const NetworkField& field, double value, const QString& text)
        : QUndoCommand(text), m_draft(draft), m_generation(draft.m_generation), m_undo(field.capture(draft.m_network)),
          m_redo([set = field.set, value](snn::Network& network) { set(network, value); })
    {}
    void undo() override { m_draft.changeNow(m_undo, m_generation); }
    void redo() override { m_draft.changeNow(m_redo, m_generation); }

private:
    NetworkDraft& m_draft;
    int m_generation;
    NetworkField::Restore m_undo;
    NetworkField::Restore m_redo;
};

/// The whole draft.
class ReplaceCommand : public QUndoCommand {
public:
    ReplaceCommand(NetworkDraft& draft, snn::Network after, const QString& text)
        : QUndoCommand(text), m_draft(draft), m_generation(draft.m_generation), m_before(draft.m_network),
          m_after(std::move(after))
    {}
    void undo() override { m_draft.replaceNow(m_before, m_generation); }
    void redo() override { m_draft.replaceNow(m_after, m_generation); }

private:
    NetworkDraft& m_draft;
    int m_generation;
    snn::Network m_before;
    snn::Network m_after;
};

NetworkDraft::NetworkDraft(SessionController& session, QUndoStack& undo, Executor& executor, QObject* parent)
    : QObject(parent), m_session(session), m_undo(undo), m_executor(executor)
{
    connect(&session, &SessionController::statusChanged, this, &NetworkDraft::followSession);
    connect(&session, &SessionController::liveChanged, this, &NetworkDraft::followSession);
}

NetworkDraft::~NetworkDraft() = default;

void NetworkDraft::followSession()
{
    const auto live = m_session.live();
    auto model = live ? live->model() : nullptr;
    if (model != m_model)
        adopt(std::move(model));
    if (m_recordAgain && !isChanging()) {
        // The engine closed the recording before the model changed; when the model was refused, it still runs.
        if (!m_session.isRecording())
            m_session.startRecording();
        m_recordAgain = false;
    }
    if (const bool changing = isChanging(); changing != m_wasChanging) {
        m_wasChanging = changing;
        emit changed();
    }
}

bool NetworkDraft::isChanging() const
{
    return m_session.status().modelChanging;
}

void NetworkDraft::adopt(std::shared_ptr<const session::RunningModel> model)
{
    m_model = std::move(model);
    if (!isPresent()) {
        emit changed();
        return;
    }
    const bool ours = m_loaded && (m_model->bytes == m_applied || m_model->bytes == *m_loaded);
    if (!ours) {
        ++m_generation;
        m_loaded = std::make_shared<Bytes>(m_model->bytes);
        m_loadedNetwork = m_model->network;
        m_network = m_model->network;
        m_applied.clear();
    }
    setNetwork(m_network);
}

snn::Network NetworkDraft::withoutReadout(const snn::Network& network) const
{
    snn::Network out = network;
    out.projections.resize(m_model->firstReadout);
    return out;
}

bool NetworkDraft::populationDiffers(std::size_t index) const
{
    return m_model && index < m_model->network.populations.size() &&
           !(m_network.populations[index] == m_model->network.populations[index]);
}

bool NetworkDraft::projectionDiffers(std::size_t index) const
{
    return m_model && index < m_model->network.projections.size() &&
           !(m_network.projections[index] == m_model->network.projections[index]);
}

bool NetworkDraft::canRevert() const
{
    return isPresent() && (m_pending || !(m_network == m_loadedNetwork));
}

void NetworkDraft::setNetwork(snn::Network network)
{
    m_network = std::move(network);
    m_pending = m_model && !(m_network == m_model->network);
    check();
    emit changed();
}

/// Values are checked at once; whether they fit the trained readout takes longer and is checked in the background.
void NetworkDraft::check()
{
    const int number = ++m_checkNumber;
    m_candidate.reset();
    m_problem.reset();
    if (!isPresent())
        return;
    snn::Network network = withoutReadout(m_network);
    if (auto sound = snn::validate(network); !sound.ok()) {
        m_problem = sound.error();
        return;
    }
    inBackground(
        m_executor, this, "studio.check-network",
        [loaded = m_loaded, network = std::move(network)] { return session::changedModel(*loaded, network); },
        [this, number](Result<Bytes> result) {
            if (number != m_checkNumber)
                return; // edited again meanwhile
            if (result.ok())
                m_candidate = std::make_shared<Bytes>(std::move(result).value());
            else
                m_problem = result.error();
            emit changed();
        },
        Priority::High);
}

void NetworkDraft::changeNow(const NetworkField::Restore& change, int generation)
{
    if (generation != m_generation)
        return; // of a model that is not there any more
    change(m_network);
    setNetwork(std::move(m_network));
}

void NetworkDraft::replaceNow(const snn::Network& network, int generation)
{
    if (generation == m_generation)
        setNetwork(network);
}

void NetworkDraft::edit(const NetworkField& field, double value, const QString& owner)
{
    if (!isPresent() || field.get(m_network) == value)
        return;
    const QString text = owner.isEmpty() ? field.label : tr("%1 of %2").arg(field.label, owner);
    m_undo.push(new EditCommand(*this, field, value, text));
}

void NetworkDraft::revert()
{
    if (!canRevert())
        return;
    if (m_pending)
        m_undo.push(new ReplaceCommand(*this, m_model->network, tr("discarded changes of the network")));
    else
        m_undo.push(new ReplaceCommand(*this, m_loadedNetwork, tr("return to the loaded network")));
}

void NetworkDraft::apply(bool recordAgain)
{
    if (!m_candidate || !m_pending || m_session.isReplay())
        return;
    m_applied = *m_candidate;
    m_recordAgain = recordAgain && m_session.isRecording();
    m_session.changeModel(m_applied);
    emit changed();
}

void NetworkDraft::saveAs(const QString& path)
{
    if (!m_candidate)
        return;
    const std::string name = QFileInfo(path).completeBaseName().toStdString();
    inBackground(
        m_executor, this, "studio.save-model",
        [model = m_candidate, name, file = path.toStdString()]() -> Result<void> {
            BNOF_TRY_ASSIGN(const Bytes bytes, session::renamedModel(*model, name));
            return writeFileAtomically(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        },
        [this, path](const Result<void>& result) {
            if (result.ok())
                emit saved(path);
            else
                emit saveFailed(Format::error(result.error()));
        });
}

} // namespace bnof::studio
