// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bnof::sensing {

/// One thing that a device has to be sent.
struct DialogueStep {
    std::string bytes;
    /// The next step waits until the decoder has seen an answer (see Decoder::answers()).
    bool awaitsAnswer = false;
    int timeoutMilliseconds = 500; ///< how long an answer may take
    int retries = 2;               ///< how often the bytes are sent again when no answer came
    int pauseMilliseconds = 0;     ///< after the answer, or after sending
};

/// What has to be said to a device so that it measures: the opening once after the connection opens, then the
/// cycle, again and again. One request at a time.
struct DialoguePlan {
    std::vector<DialogueStep> opening;
    std::vector<DialogueStep> cycle;
    int periodMilliseconds = 1000; ///< from the beginning of a cycle to the beginning of the next
};

} // namespace bnof::sensing
