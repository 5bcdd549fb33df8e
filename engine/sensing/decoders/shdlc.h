// SPDX-License-Identifier: GPL-3.0-or-later
// Sensirion's SHDLC: 7E | adr | cmd | (state) | len | data | chk | 7E, with byte stuffing between the flags.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/sensing/decoders/binary_decoder.h"

namespace bnof::sensing {

/// A request, ready to be sent.
[[nodiscard]] std::string shdlcRequest(std::uint8_t address, std::uint8_t command, std::string_view data);
/// A reply as a device sends it (for simulators).
[[nodiscard]] std::string shdlcReply(std::uint8_t address, std::uint8_t command, std::uint8_t state,
                                     std::string_view data);

/// Checksum of Sensirion's 16-bit I2C words: CRC-8, polynomial 0x31, initial value 0xFF.
[[nodiscard]] std::uint8_t sensirionCrc(std::uint8_t first, std::uint8_t second);

/// A device's reply, unstuffed. `data` is borrowed.
struct ShdlcReply {
    std::uint8_t address = 0;
    std::uint8_t command = 0;
    std::uint8_t state = 0; ///< bit 7: device error flag; bits 0-6: error code of the command
    Bytes data;
    [[nodiscard]] int errorCode() const { return state & 0x7F; }
};

/// Base of the decoders of SHDLC devices.
class ShdlcDecoder : public BinaryDecoder {
public:
    static constexpr std::size_t longestFrame = 2 + 2 * (255 + 5);

protected:
    ShdlcDecoder() : BinaryDecoder(longestFrame) {}
    Scan scan(Bytes bytes, DecoderSink& sink) final;
    /// False: the reply cannot be understood; it is told as skipped with reason().
    virtual bool reply(const ShdlcReply& reply, DecoderSink& sink) = 0;
    const char* m_reason = "the reply cannot be understood";

private:
    std::array<std::uint8_t, 262 + 8> m_content{}; ///< written by words
};

/// A request as a simulated device reads it: takes bytes in, gives whole requests out.
class ShdlcRequestReader {
public:
    struct Request {
        std::uint8_t address = 0;
        std::uint8_t command = 0;
        std::string data;
    };
    void add(std::string_view bytes);
    /// The next whole and undamaged request.
    [[nodiscard]] std::optional<Request> next();

private:
    std::string m_bytes;
};

} // namespace bnof::sensing
