// SPDX-License-Identifier: GPL-3.0-or-later
// Every value of a network that can be edited: what it is called, its unit, its range, and how to read and write it.
#pragma once

#include <QString>
#include <QStringList>

#include <functional>
#include <string>
#include <vector>

#include "engine/snn/network.h"

namespace bnof::studio {

struct NetworkField {
    enum class Kind { Number, Whole, Choice };
    using Restore = std::function<void(snn::Network&)>;

    std::string path; ///< as snn::validate names it, "network.populations[3].model.threshold_mv"
    QString label;
    QString unit; ///< may be empty
    Kind kind = Kind::Number;
    double low = 0; ///< what snn::validate takes for this field alone
    double high = 0;
    QStringList choices; ///< of a choice, whose value is the index
    std::function<double(const snn::Network&)> get;
    std::function<void(snn::Network&, double)> set;
    /// What puts back the present value and everything that set() may change with it.
    std::function<Restore(const snn::Network&)> capture;
};

class NetworkFields {
public:
    [[nodiscard]] static std::vector<NetworkField> ofPopulation(const snn::Network& network, std::size_t index);
    [[nodiscard]] static std::vector<NetworkField> ofProjection(const snn::Network& network, std::size_t index);
    [[nodiscard]] static std::vector<NetworkField> ofNetwork(const snn::Network& network);

    /// For people.
    [[nodiscard]] static QString modelName(const snn::NeuronModel& model);
    [[nodiscard]] static QString ruleName(const snn::Projection& projection);
    /// Unit of the weights that end in a population.
    [[nodiscard]] static QString weightUnit(const snn::NeuronModel& target);
    /// "10 mV · 1 ms"; the delay as it is simulated, at least one tick.
    [[nodiscard]] static QString strength(const snn::Network& network, const snn::Projection& projection);
    /// "network.populations[3].model..." as the population or projection that it belongs to; -1 for neither.
    struct Owner {
        int population = -1;
        int projection = -1;
    };
    [[nodiscard]] static Owner ownerOf(const std::string& path);
};

} // namespace bnof::studio
