// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/model_signature.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "engine/base/files.h"
#include "engine/base/sha256.h"

namespace fs = std::filesystem;

namespace bnof::olfaction {
namespace {

static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64);

constexpr const char* algorithm = "ed25519";
/// Signed before the digest, so that a signature of this kind can never pass for another.
constexpr std::string_view purpose = "bnof-model ";
constexpr std::uint64_t largestKeyFile = 1U << 20;

std::string hex(std::span<const std::uint8_t> bytes)
{
    std::string out(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
    out.pop_back();
    return out;
}

bool unhex(const std::string& text, std::span<std::uint8_t> out)
{
    std::size_t length = 0;
    return text.size() == out.size() * 2 &&
           sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, nullptr) == 0 &&
           length == out.size();
}

Result<void> ready()
{
    if (sodium_init() < 0)
        return makeError(ErrorKind::Internal, "the signature library cannot be used", "libsodium");
    return {};
}

Json without(const Json& object, std::initializer_list<std::string_view> keys)
{
    Json out = Json::object();
    for (const auto& [key, value] : object.members()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end())
            out.set(key, value);
    }
    return out;
}

std::string keyPath(const std::string& folder)
{
    return (fs::path(folder) / "signing-key.json").string();
}

std::string trustPath(const std::string& folder)
{
    return (fs::path(folder) / "trusted-keys.json").string();
}

Result<Json> readJson(const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string text, readFile(path, largestKeyFile));
    return Json::parse(text, path);
}

Result<void> makeFolder(const std::string& folder)
{
    std::error_code code;
    fs::create_directories(folder, code);
    if (!code)
        fs::permissions(folder, fs::perms::owner_all, code);
    if (code)
        return makeError(ErrorKind::Storage, "the folder of the keys cannot be made: " + code.message(), folder);
    return {};
}

/// Never readable by others, not even for a moment.
Result<void> writeSecret(const std::string& path, const std::string& text)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return makeError(ErrorKind::Storage, std::string("the key cannot be written: ") + std::strerror(errno), path);
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    ::close(file);
    if (!written) {
        ::unlink(path.c_str());
        return makeError(ErrorKind::Storage, "the key could not be written whole", path, "Is the disk full?");
    }
    return {};
}

Result<SigningKey> readKey(const std::string& path)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return makeError(ErrorKind::BadInput, "others on this computer may read the lab's secret key", path,
                         "Use \"chmod 600\" on it, and make a new one if somebody may have taken it.");
    BNOF_TRY_ASSIGN(const Json json, readJson(path));
    SigningKey key;
    key.signer = json["signer"].toString();
    if (!unhex(json["public"].toString(), key.publicKey) || !unhex(json["secret"].toString(), key.secretKey))
        return makeError(ErrorKind::BadInput, "the lab's key is damaged", path,
                         "Restore it from a backup, or delete it to make a new one.");
    return key;
}

std::string message(const std::string& digest)
{
    return std::string(purpose) + digest;
}

} // namespace

std::string modelContentDigest(const Json& model)
{
    const std::string text = without(model, {"content_sha256", "signature"}).dump();
    return sha256Hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string keysFolder()
{
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    const fs::path base = data && *data ? fs::path(data) : fs::path(home && *home ? home : ".") / ".local/share";
    return (base / "bnof" / "keys").string();
}

Result<SigningKey> labKey(const std::string& folder, const std::string& signer)
{
    BNOF_TRY(ready());
    const std::string path = keyPath(folder);
    std::error_code code;
    if (fs::exists(path, code))
        return readKey(path);
    BNOF_TRY(makeFolder(folder));
    SigningKey key;
    key.signer = signer;
    crypto_sign_keypair(key.publicKey.data(), key.secretKey.data());
    const Json json = Json::object()
                          .set("format", "bnof-signing-key")
                          .set("signer", signer)
                          .set("public", hex(key.publicKey))
                          .set("secret", hex(key.secretKey));
    BNOF_TRY(writeSecret(path, json.dump(2) + '\n'));
    return key;
}

Result<std::vector<std::uint8_t>> signModel(std::span<const std::uint8_t> bytes, const SigningKey& key)
{
    BNOF_TRY(ready());
    BNOF_TRY_ASSIGN(const Json parsed,
                    Json::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "model"));
    if (!parsed.isObject())
        return makeError(ErrorKind::BadInput, "this is not a model", "model");
    Json model = without(parsed, {"signature"});
    const std::string digest = modelContentDigest(model);
    model.set("content_sha256", digest);
    const std::string text = message(digest);
    std::array<std::uint8_t, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(), nullptr, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         key.secretKey.data());
    model.set("signature", Json::object()
                               .set("algorithm", algorithm)
                               .set("signer", key.signer)
                               .set("key", hex(key.publicKey))
                               .set("signature", hex(signature)));
    const std::string out = model.dump() + '\n';
    return std::vector<std::uint8_t>(out.begin(), out.end());
}

Result<ModelSignature> verifySignature(const Json& model, const std::string& sourceName)
{
    BNOF_TRY(ready());
    ModelSignature out;
    const Json& json = model["signature"];
    if (json.isNull())
        return out;
    out.present = true;
    out.signer = json["signer"].toString();
    out.key = json["key"].toString();
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> key{};
    std::array<std::uint8_t, crypto_sign_BYTES> signature{};
    if (json["algorithm"].toString() != algorithm || !unhex(out.key, key) ||
        !unhex(json["signature"].toString(), signature))
        return makeError(ErrorKind::BadInput, "the signature of this model cannot be read", sourceName,
                         "Ask its maker for the file again.");
    const std::string text = message(modelContentDigest(model));
    if (crypto_sign_verify_detached(signature.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                    key.data()) != 0)
        return makeError(ErrorKind::BadInput, "this model was changed after \"" + out.signer + "\" signed it",
                         sourceName, "Ask its maker for the file again.");
    return out;
}

Result<ModelSignature> checkSignature(std::span<const std::uint8_t> bytes, const std::string& folder,
                                      const std::string& sourceName)
{
    BNOF_TRY(ready());
    BNOF_TRY_ASSIGN(const Json model,
                    Json::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, sourceName));
    BNOF_TRY_ASSIGN(ModelSignature out, verifySignature(model, sourceName));
    if (!out.present)
        return out;
    std::error_code code;
    if (fs::exists(keyPath(folder), code)) {
        const auto own = readJson(keyPath(folder));
        out.trusted = own.ok() && (*own)["public"].toString() == out.key;
    }
    if (!out.trusted && fs::exists(trustPath(folder), code)) {
        BNOF_TRY_ASSIGN(const Json trusted, readJson(trustPath(folder)));
        out.trusted = trusted.contains(out.key);
    }
    return out;
}

Result<void> trustKey(const std::string& folder, const std::string& key, const std::string& name)
{
    BNOF_TRY(ready());
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> bytes{};
    if (!unhex(key, bytes))
        return makeError(ErrorKind::Usage, "a public key has 64 hexadecimal digits", key,
                         "\"bnof model show\" prints the key of a signed model.");
    BNOF_TRY(makeFolder(folder));
    Json trusted = Json::object();
    std::error_code code;
    if (fs::exists(trustPath(folder), code)) {
        BNOF_TRY_ASSIGN(trusted, readJson(trustPath(folder)));
    }
    trusted.set(hex(bytes), name);
    return writeFileAtomically(trustPath(folder), trusted.dump(2) + '\n');
}

} // namespace bnof::olfaction
