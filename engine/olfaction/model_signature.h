// SPDX-License-Identifier: GPL-3.0-or-later
// Who vouches for a model: an Ed25519 signature (RFC 8032, by libsodium) over the SHA-256 of what the file says.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::olfaction {

/// SHA-256 over the model's JSON without its members "content_sha256" and "signature".
[[nodiscard]] std::string modelContentDigest(const Json& model);

/// A lab's key; the secret half never leaves the computer.
struct SigningKey {
    std::string signer; ///< for people: lab or operator
    std::array<std::uint8_t, 32> publicKey{};
    std::array<std::uint8_t, 64> secretKey{};
};

/// The key in `folder`, made at the first use (readable by this user only). Errors: it cannot be read or written,
/// others may read it, it is damaged.
[[nodiscard]] Result<SigningKey> labKey(const std::string& folder, const std::string& signer);

/// What a file says about who signed it.
struct ModelSignature {
    bool present = false;
    std::string signer; ///< as the signer calls itself; means something only when the key is trusted
    std::string key;    ///< public, hexadecimal
    bool trusted = false;
};

/// The same model with a signature in place of any that it had. Errors: it is no model.
[[nodiscard]] Result<std::vector<std::uint8_t>> signModel(std::span<const std::uint8_t> bytes, const SigningKey& key);
/// Whether a signature, where there is one, fits the content; ModelSignature::trusted is left false. Errors: it does
/// not, or it is malformed.
[[nodiscard]] Result<ModelSignature> verifySignature(const Json& model, const std::string& sourceName);
/// The same for a file, and whether the key is trusted. Errors: those of verifySignature().
/// `folder`: where labKey() and trustKey() keep keys; the lab's own key is trusted.
[[nodiscard]] Result<ModelSignature> checkSignature(std::span<const std::uint8_t> bytes, const std::string& folder,
                                                    const std::string& sourceName = "model");
/// From now on models that were signed with this public key are trusted. Errors: not 64 hexadecimal digits, the folder
/// cannot be written.
[[nodiscard]] Result<void> trustKey(const std::string& folder, const std::string& key, const std::string& name);
/// $XDG_DATA_HOME/bnof/keys (~/.local/share/bnof/keys).
[[nodiscard]] std::string keysFolder();

} // namespace bnof::olfaction
