// SPDX-License-Identifier: GPL-3.0-or-later
// The table of models says what the code has: a parameter that is added, renamed or given another default has to appear
// there.
#include <QFile>

#include <set>

#include "engine/snn/model_table.h"
#include "engine/snn/network.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;

namespace {

std::set<std::string> fieldsOf(const Json& object, const std::set<std::string>& without)
{
    std::set<std::string> fields;
    for (const auto& [name, value] : object.members())
        if (!without.contains(name))
            fields.insert(name);
    return fields;
}

std::set<std::string> fieldsOf(const ModelNote& note, bool written)
{
    std::set<std::string> fields;
    for (const ParameterNote& parameter : note.parameters)
        if (!written || parameter.unwritten.empty())
            fields.insert(parameter.field);
    return fields;
}

Json modelJson(const NeuronModel& model)
{
    Network network;
    network.populations = {{"p", 1, model}};
    return toJson(network)["populations"].items()[0]["model"];
}

Json plasticityJson(const Plasticity& plasticity)
{
    Network network;
    network.projections.emplace_back();
    network.projections[0].plasticity = plasticity;
    return toJson(network)["projections"].items()[0]["plasticity"];
}

} // namespace

class TestModels : public test::Suite {
    Q_OBJECT

private:
    template <std::size_t Index = 0> void checkModels();
    template <std::size_t Index = 0> void checkRules();

private slots:
    void everyNeuronModelIsDescribed();
    void everyRuleIsDescribed();
    void optionsAreDescribed();
    void thePageIsUpToDate();
};

template <std::size_t Index> void TestModels::checkModels()
{
    if constexpr (Index < std::variant_size_v<NeuronModel>) {
        const Json json = modelJson(NeuronModel(std::in_place_index<Index>));
        const ModelNote& note = neuronModelNotes()[Index];
        QCOMPARE(note.name, json["type"].toString());
        QVERIFY2(fieldsOf(note, true) == fieldsOf(json, {"type"}), note.name.c_str());
        checkModels<Index + 1>();
    }
}

void TestModels::everyNeuronModelIsDescribed()
{
    QCOMPARE(neuronModelNotes().size(), std::variant_size_v<NeuronModel>);
    checkModels();
}

template <std::size_t Index> void TestModels::checkRules()
{
    if constexpr (Index < std::variant_size_v<decltype(Plasticity::rule)>) {
        Plasticity plasticity;
        plasticity.rule.emplace<Index>();
        const Json json = plasticityJson(plasticity);
        const ModelNote& note = plasticityRuleNotes()[Index];
        QCOMPARE(note.name, json["rule"].toString());
        std::set<std::string> common = fieldsOf(plasticityNote(), false);
        common.insert("rule");
        QVERIFY2(fieldsOf(note, true) == fieldsOf(json, common), note.name.c_str());
        for (const std::string& field : fieldsOf(plasticityNote(), false))
            QVERIFY2(json.contains(field), field.c_str());
        checkRules<Index + 1>();
    }
}

void TestModels::everyRuleIsDescribed()
{
    QCOMPARE(plasticityRuleNotes().size(), std::variant_size_v<decltype(Plasticity::rule)>);
    checkRules();
    Plasticity plasticity;
    plasticity.scaling = HomeostaticScaling{};
    QVERIFY(fieldsOf(scalingNote(), false) == fieldsOf(plasticityJson(plasticity)["scaling"], {}));
}

void TestModels::optionsAreDescribed()
{
    // A field that is left out where it has its default appears when it differs.
    const Json json = modelJson(PoissonParameters{10, PoissonSampling::Intervals});
    QVERIFY(fieldsOf(neuronModelNotes()[1], false) == fieldsOf(json, {"type"}));
    for (const auto* notes : {&neuronModelNotes(), &plasticityRuleNotes()})
        for (const ModelNote& note : *notes)
            for (const ParameterNote& parameter : note.parameters)
                QVERIFY2(!parameter.meaning.empty(), parameter.field.c_str());
}

void TestModels::thePageIsUpToDate()
{
    QFile file(QStringLiteral(BNOF_TEST_SOURCE_DIR "/engine/snn/MODELS.md"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY2(file.readAll().toStdString() == modelTable(),
             "run build/release/tests/model_table > engine/snn/MODELS.md");
}

QTEST_GUILESS_MAIN(TestModels)
#include "tst_models.moc"
