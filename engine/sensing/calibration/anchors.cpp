// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/calibration/anchors.h"

#include <algorithm>

namespace bnof::sensing {

Result<void> AnchorCapture::begin(std::string label, double ppm)
{
    if (m_open)
        return makeError(ErrorKind::Usage, "\"" + m_now.label + "\" is still being captured", "re-anchoring",
                         "End it before the next puff.");
    if (std::find(m_done.begin(), m_done.end(), label) != m_done.end())
        return makeError(ErrorKind::Usage, "\"" + label + "\" has had its puff", "re-anchoring");
    m_now = {std::move(label), ppm, m_channels, {}, {}};
    m_open = true;
    m_overflow = false;
    return {};
}

void AnchorCapture::add(const SensorFrame& frame)
{
    if (!m_open)
        return;
    if (m_now.times.size() >= m_largest || frame.values.size() != m_channels.size()) {
        m_overflow = true;
        return;
    }
    m_now.times.push_back(frame.t);
    m_now.values.insert(m_now.values.end(), frame.values.begin(), frame.values.end());
}

Result<void> AnchorCapture::end()
{
    if (!m_open)
        return makeError(ErrorKind::Usage, "nothing is being captured", "re-anchoring");
    m_open = false;
    if (m_overflow)
        return makeError(ErrorKind::BadInput, "the puff was too long, or the device changed its channels",
                         "re-anchoring with " + m_now.label, "Capture it again; some seconds are enough.");
    if (m_now.times.size() < 10)
        return makeError(ErrorKind::BadInput,
                         "only " + std::to_string(m_now.times.size()) + " frames came during the puff",
                         "re-anchoring with " + m_now.label, "Capture it again, a little longer.");
    BNOF_TRY(m_receiver.anchor(m_now));
    m_done.push_back(m_now.label);
    return {};
}

Result<void> AnchorCapture::finish()
{
    const bool air = std::find(m_done.begin(), m_done.end(), "air") != m_done.end();
    if (!air || m_done.size() < 2)
        return makeError(ErrorKind::Usage, air ? "no gas has had its puff yet" : "clean air was not captured",
                         "re-anchoring", "Capture clean air, then one puff of each gas.");
    return m_receiver.finished();
}

} // namespace bnof::sensing
