// SPDX-License-Identifier: GPL-3.0-or-later
// Several senses, one answer: gas sensors, sound and images joined early, late with learned attention, or
// hierarchically (Baltrusaitis, Ahuja & Morency, "Multimodal machine learning: a survey and taxonomy", IEEE TPAMI 41
// (2019) 423-443, section 7).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/olfaction/discriminant.h"
#include "engine/olfaction/fusion/feature_stream.h"

namespace bnof::olfaction {

/// Rows of several modalities at the same instants, with the truth.
struct FusionRows {
    std::vector<std::string> modalities;
    std::vector<AlignedRows> rows; ///< one a modality, equally many instants
    std::vector<int> labels;       ///< -1: not labelled
    std::vector<int> groups;       ///< instants of a group (a scene) are held out together
    std::vector<double> seconds;   ///< of each instant on the clock of the sensors; for people

    [[nodiscard]] std::size_t instants() const { return labels.size(); }
};

enum class FusionKind {
    Early,       ///< one judge sees the features of all modalities side by side
    Late,        ///< a judge for each modality; attention weighs what they say
    Hierarchical ///< what shows the same event (sound and images) is joined early, then late with the rest
};
[[nodiscard]] Result<FusionKind> fusionKindFromName(const std::string& name); ///< "early", "late", "hierarchical"
[[nodiscard]] const char* nameOf(FusionKind kind);

/// One answer.
struct FusedDecision {
    std::vector<double> probabilities; ///< one a class; all equal when every modality is missing
    int best = -1;                     ///< the likeliest class; -1 when every modality is missing
    std::vector<double> weights;       ///< attention on each modality, 0 where it is missing; sums to 1
    /// Share of each modality in this answer, sums to 1 (all 0 when none is there). A judge's share is the evidence
    /// that it adds for the winner, its attention times (log p of the winner - mean log p of the other classes) where
    /// that is above 0; it is split among the modalities that the judge sees by how much the winner's log probability
    /// falls without each.
    std::vector<double> contributions;
    std::vector<std::string> missing; ///< modalities that had nothing to say
    /// For people: "without sound: its weight went to the others"; empty when nothing is missing.
    std::string note;
};

/// A judge is a shrinkage discriminant on standardised features; it is fitted for every subset of its modalities, so
/// that a missing one is left out exactly instead of filled in. Attention is
///   w_m = softmax over the judges that have something to say of a_m + b_m (1 - entropy_m / log classes) + c_m known_m,
/// with known_m falling from 1 to 0 as a point leaves what the judge was trained on, and the answer is
///   softmax(s sum_m w_m log p_m):
/// a logarithmic pool (Genest & Zidek, Statistical Science 1 (1986) 114-135) whose weights depend on the instant. a, b,
/// c and s minimise the log loss of judges on groups that they were not fitted to.
class FusionModel {
public:
    /// Errors: fewer than two classes or groups, sizes that do not fit, more than 4 modalities.
    [[nodiscard]] static Result<FusionModel> fit(const FusionRows& rows, std::size_t classes, FusionKind kind);

    /// `features[m]` is empty where modality m is missing.
    [[nodiscard]] FusedDecision decide(const std::vector<std::span<const double>>& features) const;
    /// The features of one instant, but for the modalities in `without` (a bit each).
    [[nodiscard]] FusedDecision decide(const FusionRows& rows, std::size_t instant, unsigned without = 0) const;

    [[nodiscard]] const std::vector<std::string>& modalities() const { return m_modalities; }
    [[nodiscard]] std::size_t classes() const { return m_classes; }
    [[nodiscard]] FusionKind kind() const { return m_kind; }
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Result<FusionModel> fromJson(const Json& json, const std::string& path);

private:
    struct Judgement {
        std::vector<double> logs; ///< log probability of each class
        double certainty = 0;
        double known = 0;
    };
    /// For one subset of a judge's modalities.
    struct View {
        unsigned mask = 0; ///< of the model's modalities
        Discriminant discriminant;
        double temperature = 1;
        double familiarDistance = 6;
    };
    struct Judge {
        unsigned mask = 0;
        std::vector<View> views; ///< every subset that training rows had
        double base = 0;         ///< a
        double certainty = 0;    ///< b
        double known = 0;        ///< c
    };
    struct Scaling {
        std::vector<double> mean;
        std::vector<double> deviation;
    };

    using Calibrations = std::map<unsigned, std::vector<View>>; ///< by mask, one a fold

    void learnScaling(const FusionRows& rows);
    [[nodiscard]] Result<void> fitViews(const FusionRows& rows, const std::vector<std::uint32_t>& which);
    [[nodiscard]] Result<View> fitView(const FusionRows& rows, const std::vector<std::uint32_t>& which,
                                       unsigned mask) const;
    [[nodiscard]] std::vector<Judgement> judgeAll(const FusionRows& rows, std::size_t instant) const;
    void adopt(const std::vector<Calibrations>& calibrations);
    [[nodiscard]] Result<Judge> judgeFromJson(const Json& json, const std::string& path) const;
    void calibrateViews(const FusionRows& rows, const std::vector<std::uint32_t>& heldOut);
    void learnAttention(const std::vector<std::vector<Judgement>>& judgements, const std::vector<int>& labels);
    [[nodiscard]] const View* viewFor(const Judge& judge, unsigned present) const;
    void gather(const std::vector<std::span<const double>>& features, unsigned mask, std::vector<double>& z) const;
    [[nodiscard]] Judgement judge(const View& view, const std::vector<std::span<const double>>& features) const;
    [[nodiscard]] std::vector<double> attention(const std::vector<Judgement>& judgements) const;
    [[nodiscard]] std::vector<double> evidence(const std::vector<Judgement>& judgements,
                                               const std::vector<double>& weights, std::size_t winner) const;
    void explain(const std::vector<std::span<const double>>& features, unsigned present,
                 const std::vector<Judgement>& judgements, const std::vector<double>& weights,
                 FusedDecision& decision) const;

    FusionKind m_kind = FusionKind::Late;
    std::size_t m_classes = 0;
    std::vector<std::string> m_modalities;
    std::vector<Scaling> m_scaling; ///< one a modality
    std::vector<Judge> m_judges;
    double m_scale = 1; ///< s
};

} // namespace bnof::olfaction
