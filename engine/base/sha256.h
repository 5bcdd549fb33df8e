// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256 (FIPS 180-4): names models, recordings and streams by their content.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bnof {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// Incremental SHA-256.
class Sha256 {
public:
    void update(std::span<const std::uint8_t> bytes);
    void update(std::string_view text);
    /// Digest of everything so far; the object can go on being updated.
    [[nodiscard]] Sha256Digest digest() const;
    [[nodiscard]] std::string hexDigest() const;

private:
    void block(const std::uint8_t* bytes);

    std::array<std::uint32_t, 8> m_state{0x6a09e667U, 0xbb67ae85U, 0x3c6ef372U, 0xa54ff53aU,
                                         0x510e527fU, 0x9b05688cU, 0x1f83d9abU, 0x5be0cd19U};
    std::array<std::uint8_t, 64> m_buffer{};
    std::uint64_t m_length = 0;
};

[[nodiscard]] std::string toHex(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string sha256Hex(std::span<const std::uint8_t> bytes);

} // namespace bnof
