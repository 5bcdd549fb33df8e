// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/baselines/classifier.h"

#include <algorithm>
#include <cmath>

#include "engine/olfaction/baselines/scored_classifier.h"

namespace bnof::olfaction {
namespace {

/// Rows beyond which more cost time and hardly help; they come evenly from the whole.
constexpr std::size_t mostRows = 3000;
constexpr std::size_t mostClasses = 1000;

Error bad(std::string what, std::string remedy = {})
{
    return makeError(ErrorKind::BadInput, std::move(what), "classifier", std::move(remedy));
}

Result<void> check(const LabelledRows& rows, std::size_t classes, const ClassifierOptions& options)
{
    if (rows.dimension == 0 || rows.features.size() != rows.dimension * rows.rows())
        return bad("the features are not as many numbers a row as there are features");
    if (!rows.weights.empty() && rows.weights.size() != rows.rows())
        return bad("there must be one weight a row, or none");
    if (!options.groups.empty() && options.groups.size() != rows.rows())
        return bad("there must be one group a row, or none");
    if (options.blocks != 0 && rows.dimension % options.blocks != 0)
        return bad("the features do not divide into equal blocks");
    if (classes < 2 || classes > mostClasses)
        return bad("there must be between 2 and 1000 classes", "Record at least two gases, one of which may be air.");
    if (!std::all_of(rows.features.begin(), rows.features.end(), [](double v) { return std::isfinite(v); }))
        return bad("a feature is not a finite number", "Leave out rows with missing values.");
    if (!std::all_of(rows.weights.begin(), rows.weights.end(), [](double w) { return std::isfinite(w) && w > 0; }))
        return bad("a weight is not above 0");
    std::vector<bool> seen(classes, false);
    for (const int label : rows.labels) {
        if (label >= static_cast<int>(classes))
            return bad("a label is not one of the classes");
        if (label >= 0)
            seen[static_cast<std::size_t>(label)] = true;
    }
    if (std::count(seen.begin(), seen.end(), true) < 2)
        return bad("there are rows of fewer than two classes", "Record at least two gases, one of which may be air.");
    return {};
}

using ReadFunction = Result<ScoredPointer> (*)(const Json&, const std::string&, std::size_t, std::size_t);
using ChooseFunction = Result<ScoredPointer> (*)(const LabelledRows&, std::size_t, const ClassifierOptions&);
struct Kind {
    ChooseFunction fit;
    ReadFunction read;
};

const Kind* kindNamed(const std::string& name)
{
    static const Kind kinds[]{{fitSvm, svmFromJson},
                              {fitForest, forestFromJson},
                              {fitNeighbours, neighboursFromJson},
                              {fitConvolution, convolutionFromJson}};
    const auto& names = classifierKinds();
    const auto at = std::find(names.begin(), names.end(), name);
    return at == names.end() ? nullptr : &kinds[at - names.begin()];
}

/// At most `most` rows of each class, evenly, so that thinning never loses a rare class; in the order of the rows.
std::vector<std::uint32_t> thinnedRows(const LabelledRows& rows, std::size_t classes)
{
    std::vector<std::vector<std::uint32_t>> ofClass(classes);
    std::size_t total = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (rows.labels[i] >= 0) {
            ofClass[static_cast<std::size_t>(rows.labels[i])].push_back(static_cast<std::uint32_t>(i));
            ++total;
        }
    }
    std::vector<std::uint32_t> out;
    for (const auto& list : ofClass) {
        const std::size_t share = total <= mostRows ? list.size() : (list.size() * mostRows + total - 1) / total;
        const std::size_t keep = std::min(list.size(), std::max<std::size_t>(share, 20));
        for (std::size_t i = 0; i < keep; ++i)
            out.push_back(list[i * list.size() / keep]);
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

const std::vector<std::string>& classifierKinds()
{
    static const std::vector<std::string> names{"svm", "forest", "knn", "cnn"};
    return names;
}

bool isClassifierKind(const std::string& kind)
{
    const auto& names = classifierKinds();
    return std::find(names.begin(), names.end(), kind) != names.end();
}

Result<std::unique_ptr<Classifier>> fitClassifier(const std::string& kind, const LabelledRows& rows,
                                                  std::size_t classes, const ClassifierOptions& options)
{
    const Kind* known = kindNamed(kind);
    if (known == nullptr)
        return makeError(ErrorKind::Usage, "\"" + kind + "\" is not a kind of classifier", "classifier",
                         "Choose svm, forest, knn or cnn.");
    BNOF_TRY(check(rows, classes, options));
    const std::vector<std::uint32_t> which = thinnedRows(rows, classes);
    ClassifierOptions chosen = options;
    chosen.groups.clear();
    for (const std::uint32_t i : which)
        chosen.groups.push_back(options.groups.empty() ? static_cast<int>(i) : options.groups[i]);
    BNOF_TRY_ASSIGN(ScoredPointer fitted, known->fit(selected(rows, which), classes, chosen));
    fitted->setSize(rows.dimension, classes);
    return std::unique_ptr<Classifier>(std::move(fitted));
}

Result<std::unique_ptr<Classifier>> classifierFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                                       std::size_t classes)
{
    JsonFields fields(json, path);
    const std::string kind = fields.string("kind");
    const double temperature = fields.number("temperature", 1e-6, 1e9);
    if (fields.integer("dimension", 0, INT64_MAX) != static_cast<std::int64_t>(dimension))
        fields.fail("dimension", "is not the number of features");
    if (fields.integer("classes", 0, INT64_MAX) != static_cast<std::int64_t>(classes))
        fields.fail("classes", "is not the number of classes");
    const Kind* known = kindNamed(kind);
    if (fields.ok() && known == nullptr)
        fields.fail("kind", "is not a kind of classifier");
    BNOF_TRY(fields.status());
    BNOF_TRY_ASSIGN(ScoredPointer read, known->read(json, path, dimension, classes));
    read->setTemperature(temperature);
    read->setSize(dimension, classes);
    return std::unique_ptr<Classifier>(std::move(read));
}

} // namespace bnof::olfaction
