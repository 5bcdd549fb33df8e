// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/studio/services/configuration_store.h"

namespace bnof::studio {

enum class Role { Operator, Engineer };

/// What is kept of a PIN: "sha256:ROUNDS:SALT:HASH", salt and hash in hexadecimal. The hash is SHA-256 of salt and
/// PIN, then again and again of the hash before, salt and PIN, so that trying every short PIN takes long. It keeps
/// honest people from changing things by mistake; who may write the settings file can take it out.
[[nodiscard]] std::string hashPin(std::string_view pin, std::string_view salt, std::uint32_t rounds);
/// Whether `kept` was made of `pin`; nothing when `kept` is no hash of a PIN.
[[nodiscard]] std::optional<bool> pinMatches(std::string_view kept, std::string_view pin);

/// Who sits at this desk: an operator runs, marks, acknowledges and exports; an engineer changes settings, models,
/// networks, protocols and calibrations, too. Kept in the settings; without a PIN everybody may switch. What was done
/// in one role cannot be undone in the other. GUI thread.
class Roles : public QObject {
    Q_OBJECT

public:
    Roles(ConfigurationStore& configuration, Executor& executor, QObject* parent = nullptr);

    [[nodiscard]] Role role() const;
    [[nodiscard]] bool isEngineer() const { return role() == Role::Engineer; }
    [[nodiscard]] bool hasPin() const;
    /// Whether this setting may be changed in the present role: an operator changes what is about the person only.
    [[nodiscard]] bool mayChange(std::string_view key) const;
    /// "Engineer", in the user's language.
    [[nodiscard]] QString roleName() const;
    /// Why an operator cannot do something, and what to do about it.
    [[nodiscard]] static QString refusal();

    using Then = std::function<void(const QString& problem)>; ///< called later; empty: it is done
    void becomeOperator();
    /// With the PIN, where there is one. Hashing it takes a while and happens elsewhere.
    void becomeEngineer(const QString& pin, const Then& then);
    /// A new PIN, or none when empty. Engineers only.
    void setPin(const QString& pin, const Then& then);

signals:
    /// Role or PIN are others.
    void changed();
    /// Another role is in force.
    void switched();

private:
    void take(Role role);
    [[nodiscard]] QString keepPin(const QString& kept);

    ConfigurationStore& m_configuration;
    Executor& m_executor;
};

} // namespace bnof::studio
