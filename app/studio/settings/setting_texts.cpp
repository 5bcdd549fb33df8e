// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/settings/setting_texts.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

#include "app/studio/services/format.h"

namespace bnof::studio {
namespace {

struct Text {
    std::string_view key;
    const char* title;
    const char* summary;
};

constexpr std::array texts{
    Text{"general.operator", QT_TRANSLATE_NOOP("Settings", "Operator"),
         QT_TRANSLATE_NOOP("Settings", "Your name, written into every recording.")},
    Text{"general.role", QT_TRANSLATE_NOOP("Settings", "Role"),
         QT_TRANSLATE_NOOP("Settings",
                           "An operator runs, marks, acknowledges and exports; an engineer changes settings, "
                           "models, networks, protocols and calibrations, too.")},
    Text{"general.engineer_pin", QT_TRANSLATE_NOOP("Settings", "PIN for engineers"),
         QT_TRANSLATE_NOOP("Settings", "What an operator has to enter to become an engineer. Only a salted hash of it "
                                       "is kept; it guards against mistakes, not against who may write the settings "
                                       "file.")},
    Text{"general.language", QT_TRANSLATE_NOOP("Settings", "Language"),
         QT_TRANSLATE_NOOP("Settings", "Language of the program.")},
    Text{"appearance.theme", QT_TRANSLATE_NOOP("Settings", "Theme"),
         QT_TRANSLATE_NOOP("Settings", "Light or dark display.")},
    Text{"display.trace_window", QT_TRANSLATE_NOOP("Settings", "Time on screen"),
         QT_TRANSLATE_NOOP("Settings", "How much time the live traces show.")},
    Text{"display.history", QT_TRANSLATE_NOOP("Settings", "Scroll back"),
         QT_TRANSLATE_NOOP("Settings", "How far back the live traces can be scrolled. Takes effect with the next "
                                       "session.")},
    Text{"session.source", QT_TRANSLATE_NOOP("Settings", "Connect at the start"),
         QT_TRANSLATE_NOOP("Settings", "Source to connect to when the program starts; empty: ask.")},
    Text{"recognition.model", QT_TRANSLATE_NOOP("Settings", "Model"),
         QT_TRANSLATE_NOOP("Settings", "Model file (.bnofmodel), or \"default\" for the one that ships with the "
                                       "program. Takes effect with the next session.")},
    Text{"recognition.models_folder", QT_TRANSLATE_NOOP("Settings", "Folder of models"),
         QT_TRANSLATE_NOOP("Settings", "Where trained models are kept; empty: among this user's data.")},
    Text{"recognition.back_end", QT_TRANSLATE_NOOP("Settings", "Back end"),
         QT_TRANSLATE_NOOP("Settings", "What computes the spiking network; automatic takes the fastest on this "
                                       "computer. Results are the same.")},
    Text{"recognition.precision", QT_TRANSLATE_NOOP("Settings", "Precision"),
         QT_TRANSLATE_NOOP("Settings", "Form of the network's weights. Adaptive takes as few bits as give the same "
                                       "decisions and is recorded. Takes effect with the next session.")},
    Text{"recognition.precision_limit", QT_TRANSLATE_NOOP("Settings", "Least agreement"),
         QT_TRANSLATE_NOOP("Settings", "Adaptive precision: share of decisions that must agree with full "
                                       "precision.")},
    Text{"recording.folder", QT_TRANSLATE_NOOP("Settings", "Folder"),
         QT_TRANSLATE_NOOP("Settings", "Where recordings go; empty: BioNeuro in your documents.")},
    Text{"recording.codec", QT_TRANSLATE_NOOP("Settings", "Compression"),
         QT_TRANSLATE_NOOP("Settings", "How recordings are compressed. Nothing is lost either way.")},
    Text{"recording.flush", QT_TRANSLATE_NOOP("Settings", "Write a block at least every"),
         QT_TRANSLATE_NOOP("Settings", "Longer blocks make smaller files. Every reading is safe at once, in a file "
                                       "beside the recording.")},
    Text{"recording.segment", QT_TRANSLATE_NOOP("Settings", "Next file after"),
         QT_TRANSLATE_NOOP("Settings", "A recording goes on in another file when one has this size.")},
    Text{"recording.segment_time", QT_TRANSLATE_NOOP("Settings", "Next file after a time of"),
         QT_TRANSLATE_NOOP("Settings", "A recording goes on in another file after this time; 0: only by size.")},
    Text{"recording.minimum_free", QT_TRANSLATE_NOOP("Settings", "Keep free"),
         QT_TRANSLATE_NOOP("Settings", "A recording ends cleanly when less disk space than this is left.")},
    Text{"recording.warn_left", QT_TRANSLATE_NOOP("Settings", "Warn when there is room for"),
         QT_TRANSLATE_NOOP("Settings", "A warning is given when the disk holds a recording for less than this at the "
                                       "rate of the last minute; 0: never.")},
    Text{"recording.check_when_idle", QT_TRANSLATE_NOOP("Settings", "Check recordings when idle"),
         QT_TRANSLATE_NOOP("Settings", "Computes the SHA-256 of recordings and checks every byte while nothing else "
                                       "runs.")},
    Text{"log.file", QT_TRANSLATE_NOOP("Settings", "Log file"),
         QT_TRANSLATE_NOOP("Settings", "Append log records to this file; empty: no file.")},
};

constexpr std::array sections{
    std::pair{std::string_view("general"), QT_TRANSLATE_NOOP("Settings", "General")},
    std::pair{std::string_view("appearance"), QT_TRANSLATE_NOOP("Settings", "Appearance")},
    std::pair{std::string_view("display"), QT_TRANSLATE_NOOP("Settings", "Display")},
    std::pair{std::string_view("session"), QT_TRANSLATE_NOOP("Settings", "Session")},
    std::pair{std::string_view("recognition"), QT_TRANSLATE_NOOP("Settings", "Recognition")},
    std::pair{std::string_view("recording"), QT_TRANSLATE_NOOP("Settings", "Recording")},
    std::pair{std::string_view("marks"), QT_TRANSLATE_NOOP("Settings", "Marks")},
    std::pair{std::string_view("log"), QT_TRANSLATE_NOOP("Settings", "Log")},
};

constexpr std::array choices{
    std::pair{std::string_view("system"), QT_TRANSLATE_NOOP("Settings", "as the system")},
    std::pair{std::string_view("light"), QT_TRANSLATE_NOOP("Settings", "light")},
    std::pair{std::string_view("dark"), QT_TRANSLATE_NOOP("Settings", "dark")},
    std::pair{std::string_view("en"), QT_TRANSLATE_NOOP("Settings", "English")},
    std::pair{std::string_view("de"), QT_TRANSLATE_NOOP("Settings", "German")},
    std::pair{std::string_view("auto"), QT_TRANSLATE_NOOP("Settings", "automatic")},
    std::pair{std::string_view("reference"), QT_TRANSLATE_NOOP("Settings", "reference (slow, the specification)")},
    std::pair{std::string_view("vector"), QT_TRANSLATE_NOOP("Settings", "vector (one core)")},
    std::pair{std::string_view("parallel"), QT_TRANSLATE_NOOP("Settings", "parallel (all cores)")},
    std::pair{std::string_view("cuda"), QT_TRANSLATE_NOOP("Settings", "CUDA (graphics card)")},
    std::pair{std::string_view("model"), QT_TRANSLATE_NOOP("Settings", "as the model has it")},
    std::pair{std::string_view("fp32"), QT_TRANSLATE_NOOP("Settings", "fp32 (32 bits)")},
    std::pair{std::string_view("fp16"), QT_TRANSLATE_NOOP("Settings", "fp16 (16 bits)")},
    std::pair{std::string_view("int16"), QT_TRANSLATE_NOOP("Settings", "int16 (16 bits)")},
    std::pair{std::string_view("int8"), QT_TRANSLATE_NOOP("Settings", "int8 (8 bits)")},
    std::pair{std::string_view("adaptive"), QT_TRANSLATE_NOOP("Settings", "adaptive")},
    std::pair{std::string_view("lz4"), QT_TRANSLATE_NOOP("Settings", "LZ4")},
    std::pair{std::string_view("zstd"), QT_TRANSLATE_NOOP("Settings", "Zstandard")},
    std::pair{std::string_view("gzip"), QT_TRANSLATE_NOOP("Settings", "gzip")},
    std::pair{std::string_view("none"), QT_TRANSLATE_NOOP("Settings", "none")},
};

/// The defaults of the mark labels, so that they are translated.
[[maybe_unused]] constexpr std::array markDefaults{
    QT_TRANSLATE_NOOP("MarkLabels", "exposure"),    QT_TRANSLATE_NOOP("MarkLabels", "purge"),
    QT_TRANSLATE_NOOP("MarkLabels", "baseline"),    QT_TRANSLATE_NOOP("MarkLabels", "specimen change"),
    QT_TRANSLATE_NOOP("MarkLabels", "calibration"), QT_TRANSLATE_NOOP("MarkLabels", "disturbance"),
    QT_TRANSLATE_NOOP("MarkLabels", "valve open"),  QT_TRANSLATE_NOOP("MarkLabels", "valve closed"),
    QT_TRANSLATE_NOOP("MarkLabels", "note"),
};

const Text* find(std::string_view key)
{
    const auto found = std::find_if(texts.begin(), texts.end(), [&](const Text& text) { return text.key == key; });
    return found == texts.end() ? nullptr : &*found;
}

QString translated(const char* text)
{
    return QCoreApplication::translate("Settings", text);
}

} // namespace

bool SettingTexts::knows(std::string_view key)
{
    return find(key) || key.starts_with("marks.");
}

QString SettingTexts::title(std::string_view key)
{
    if (key.starts_with("marks."))
        return QCoreApplication::translate("Settings", "Key %1").arg(toQString(key.substr(6)));
    const Text* text = find(key);
    return text ? translated(text->title) : toQString(key);
}

QString SettingTexts::summary(const Setting& setting)
{
    if (setting.key.starts_with("marks."))
        return QCoreApplication::translate("Settings", "Label of the mark on this key.");
    const Text* text = find(setting.key);
    return text ? translated(text->summary) : toQString(setting.summary);
}

QString SettingTexts::section(std::string_view section)
{
    for (const auto& [key, title] : sections)
        if (key == section)
            return translated(title);
    return toQString(section);
}

QString SettingTexts::choice(std::string_view, const QString& value)
{
    for (const auto& [key, title] : choices)
        if (value == toQString(key))
            return translated(title);
    return value;
}

QString markLabel(const Configuration& configuration, int number)
{
    const std::string key = "marks." + std::to_string(number);
    const std::string& label = configuration.text(key);
    return configuration.isDefault(key) ? QCoreApplication::translate("MarkLabels", label.c_str()) : toQString(label);
}

} // namespace bnof::studio
