// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/roles.h"

#include <QRandomGenerator>
#include <QStringList>
#include <QUndoStack>

#include <algorithm>
#include <array>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "engine/base/sha256.h"

namespace bnof::studio {

namespace {

constexpr std::uint32_t pinRounds = 100'000;
constexpr std::uint32_t mostRounds = 100'000'000; ///< a file that asks for more must not stop the program
constexpr qsizetype shortestPin = 4;

/// What everybody may set: it is about the person at the desk and changes nothing that is measured or recorded.
constexpr std::array personal{std::string_view("general.operator"), std::string_view("general.language"),
                              std::string_view("appearance.theme")};

std::string makeSalt()
{
    std::array<std::uint32_t, 4> words{};
    QRandomGenerator::system()->fillRange(words.data(), static_cast<qsizetype>(words.size()));
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)));
    return toHex(bytes);
}

} // namespace

std::string hashPin(std::string_view pin, std::string_view salt, std::uint32_t rounds)
{
    Sha256 first;
    first.update(salt);
    first.update(pin);
    Sha256Digest digest = first.digest();
    for (std::uint32_t round = 1; round < rounds; ++round) {
        Sha256 next;
        next.update(digest);
        next.update(salt);
        next.update(pin);
        digest = next.digest();
    }
    return "sha256:" + std::to_string(rounds) + ':' + std::string(salt) + ':' + toHex(digest);
}

std::optional<bool> pinMatches(std::string_view kept, std::string_view pin)
{
    const QStringList parts = toQString(kept).split(QLatin1Char(':'));
    bool ok = false;
    const std::uint32_t rounds = parts.size() == 4 ? parts[1].toUInt(&ok) : 0;
    if (!ok || parts[0] != QLatin1String("sha256") || rounds == 0 || rounds > mostRounds || parts[3].size() != 64)
        return std::nullopt;
    return hashPin(pin, parts[2].toStdString(), rounds) == kept;
}

Roles::Roles(ConfigurationStore& configuration, Executor& executor, QObject* parent)
    : QObject(parent), m_configuration(configuration), m_executor(executor)
{
    configuration.setGuard([this](std::string_view key) { return mayChange(key) ? QString() : refusal(); });
}

Role Roles::role() const
{
    return m_configuration.values().text("general.role") == "operator" ? Role::Operator : Role::Engineer;
}

bool Roles::hasPin() const
{
    return !m_configuration.values().text("general.engineer_pin").empty();
}

bool Roles::mayChange(std::string_view key) const
{
    return isEngineer() || std::find(personal.begin(), personal.end(), key) != personal.end();
}

QString Roles::roleName() const
{
    return isEngineer() ? tr("Engineer") : tr("Operator");
}

QString Roles::refusal()
{
    return tr("Only an engineer can change this: switch the role with “Switch role…”.");
}

void Roles::take(Role role)
{
    if (role == this->role())
        return;
    if (const auto kept = m_configuration.set("general.role", role == Role::Engineer ? QStringLiteral("engineer")
                                                                                     : QStringLiteral("operator"));
        !kept.ok())
        return; // both are choices of the setting
    m_configuration.undoStack()->clear();
    emit switched();
    emit changed();
}

void Roles::becomeOperator()
{
    take(Role::Operator);
}

void Roles::becomeEngineer(const QString& pin, const Then& then)
{
    if (!hasPin()) {
        take(Role::Engineer);
        then({});
        return;
    }
    const std::string kept = m_configuration.values().text("general.engineer_pin");
    inBackground(
        m_executor, this, "studio.check-pin", [kept, given = pin.toStdString()] { return pinMatches(kept, given); },
        [this, then](const std::optional<bool>& matches) {
            if (matches.value_or(false))
                take(Role::Engineer);
            if (!matches)
                then(
                    tr("The PIN in %1 is damaged. Who may change that file can take the line “engineer_pin” out of it.")
                        .arg(toQString(m_configuration.path())));
            else
                then(*matches ? QString() : tr("This is not the PIN."));
        },
        Priority::High);
}

void Roles::setPin(const QString& pin, const Then& then)
{
    if (!isEngineer()) {
        then(refusal());
        return;
    }
    if (pin.isEmpty()) {
        then(keepPin({}));
        return;
    }
    if (pin.size() < shortestPin) {
        then(tr("A PIN has at least %1 characters.").arg(shortestPin));
        return;
    }
    inBackground(
        m_executor, this, "studio.hash-pin",
        [given = pin.toStdString(), salt = makeSalt()] { return hashPin(given, salt, pinRounds); },
        [this, then](const std::string& kept) { then(keepPin(toQString(kept))); }, Priority::High);
}

QString Roles::keepPin(const QString& kept)
{
    const auto result = m_configuration.set("general.engineer_pin", kept);
    if (!result.ok())
        return Format::error(result.error());
    emit changed();
    return {};
}

} // namespace bnof::studio
