// SPDX-License-Identifier: GPL-3.0-or-later
// Decoders of devices and of description files: one program, run once for each decoder, whose name stands in the
// environment (BNOF_FUZZ_DECODER) or behind the last - of the program's own name. The first byte chooses among its
// parameters, the second the portions; what must hold is in decoder_fuzz.h.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>
#include <vector>

#include "engine/sensing/decoders/declarative_decoder.h"
#include "engine/sensing/decoders/shdlc.h"
#include "tests/fuzz/decoder_fuzz.h"

namespace {

using namespace bnof;
using namespace bnof::sensing;

struct Subject {
    std::string name;
    DecoderParameters parameters;
    std::string seed; ///< what the device really sends
};

std::string description(const char* name)
{
    return std::string("file:") + BNOF_FUZZ_DECODERS + "/" + name;
}

std::vector<Subject> subjects()
{
    const std::string co("\xFF\x04\x03\x01\x00\x25\x13\x88\x38", 9);
    const std::string answer("\xFF\x86\x01\x90\x3F\x00\x00\x00\xAA", 9);
    const std::string spsData(40, '\x40');
    const std::string words("\xBE\xEF\x92\x80\x00\xA2", 6);
    return {{"winsen", {}, co + answer + co},
            {"winsen", {{"sensor", "mh-z19"}}, answer},
            {"winsen", {}, std::string("\x42\x4D\x00\x14", 4) + std::string(18, '\0') + std::string("\x00\xA3", 2)},
            {"sps30", {}, shdlcReply(0, 3, 0, spsData)},
            {"sensorbridge", {}, shdlcReply(0, 0x11, 0, words)},
            {"sensorbridge", {{"sensor", "sgp40@0,scd4x@1"}}, shdlcReply(0, 0x11, 0, words + words.substr(0, 3))},
            {"dgs", {}, "1108, 12345, 22, 41, 33001, 26300, 21007, 00, 02, 03, 04\r\nEEPROM=1\r\n"},
            {"cozir", {{"mode", "listen"}}, " H 00345 T 01195 Z 00651 z 00640\r\n . 00010\r\n"},
            {"cozir", {{"mode", "poll"}, {"query", "ZT"}}, " Z 00521\r\n T 01195\r\n?\r\n"},
            {"scpi", {}, "+1.0E5,2\nKEITHLEY,2400\n0,\"No error\"\n9.9E37\n"},
            {"bme688",
             {{"sensors", "2"}, {"steps", "2"}},
             "Sensor Index,Time Since PowerOn,Resistance Gassensor,Heater Profile Step Index,Error Code\n"
             "0,1,5000,0,0\n1,1,5000,1,0\n0,2,5000,0,3\n"},
            {description("pms5003.json"), {}, std::string("\x42\x4D\x00\x1C", 4) + std::string(28, '\1')},
            {description("sds011.json"), {}, std::string("\xAA\xC0\xD4\x04\x3A\x0A\xA1\x60\x1D\xAB", 10)},
            {description("examples/columns.json"), {}, "1;2,5;3\n# c\n4;5;6\n"},
            {description("examples/labels.json"), {}, "$GAS,CO:12.5,H2S:3*5B\n"},
            {description("examples/pattern.json"), {}, "CO2=  415 ppm  T=-3.5 C\n"},
            {description("examples/delimited.json"), {}, "G01234251\r\n"},
            {description("examples/stuffed.json"), {}, shdlcReply(0, 3, 0, spsData)}};
}

/// Which decoder this run is about: "winsen", "pms5003", "description" (its bytes are a description file).
std::string subjectName = "winsen";

bool isAbout(const Subject& subject)
{
    return subject.name == subjectName || subject.name.ends_with("/" + subjectName + ".json");
}

const std::vector<Subject>& all()
{
    static const std::vector<Subject> list = [] {
        auto chosen = subjects();
        std::erase_if(chosen, [](const Subject& subject) { return !isAbout(subject); });
        return chosen;
    }();
    return list;
}

std::unique_ptr<Decoder> fresh(const Subject& subject)
{
    auto decoder = std::move(makeDecoder(subject.name, subject.parameters)).value();
    decoder->asked(false, 0);
    return decoder;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments)
{
    const std::string program = *count > 0 ? (*arguments)[0] : "";
    if (const char* name = std::getenv("BNOF_FUZZ_DECODER"))
        subjectName = name;
    else if (const std::size_t dash = program.rfind('-'); dash != std::string::npos)
        subjectName = program.substr(dash + 1);
    if (subjectName != "description" && all().empty()) {
        std::fprintf(stderr, "there is no decoder \"%s\" here\n", subjectName.c_str());
        std::exit(1);
    }
    if (const char* folder = std::getenv("BNOF_FUZZ_SEEDS")) {
        for (std::size_t i = 0; i < all().size(); ++i) {
            std::ofstream file(std::string(folder) + "/seed" + std::to_string(i), std::ios::binary);
            file << static_cast<char>(i) << '\7' << all()[i].seed << all()[i].seed;
        }
        if (subjectName == "description")
            for (const char* name : {"pms5003.json", "examples/labels.json", "examples/stuffed.json"}) {
                const std::string path = description(name).substr(5);
                std::ifstream from(path, std::ios::binary);
                std::ofstream(std::string(folder) + "/" + path.substr(path.rfind('/') + 1), std::ios::binary)
                    << from.rdbuf();
            }
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2)
        return 0;
    if (all().empty()) { // the bytes themselves are a description
        (void)previewDecoder({reinterpret_cast<const char*>(data), size}, "1;2\n\xAA\xC0\x7E\x7E");
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const Subject& subject = all()[data[0] % all().size()];
    const std::size_t step = data[1] + 1U;
    bnof::test::CheckingSink whole;
    const auto first = fresh(subject);
    first->feed(bytes, whole);
    bnof::test::CheckingSink pieces;
    const auto second = fresh(subject);
    for (std::size_t at = 0; at < bytes.size(); at += step)
        second->feed(bytes.substr(at, step), pieces);
    if (whole.digest != pieces.digest || whole.skippedBytes > bytes.size() + 1 ||
        first->checksumErrors() != second->checksumErrors() || first->answers() != second->answers())
        std::abort();
    second->reset();
    second->asked(false, 1);
    second->feed(bytes, pieces);
    return 0;
}
