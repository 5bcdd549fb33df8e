// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/plugin_loader.h"

#include <QCoreApplication>
#include <QDir>
#include <QJsonObject>
#include <QLibrary>
#include <QPluginLoader>
#include <QStandardPaths>

#include <algorithm>
#include <exception>
#include <iterator>

#include "engine/base/log.h"
#include "engine/sensing/decoders/decoder_plugin.h"

namespace bnof::sensing {
namespace {

/// What an exception says, or that it says nothing. To be called in a catch block.
std::string presentException()
{
    try {
        throw;
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (...) {
        return "an unknown exception";
    }
}

/// A plugin's decoder behind a border that no exception crosses.
class GuardedDecoder final : public Decoder {
public:
    GuardedDecoder(std::string name, std::unique_ptr<Decoder> inner)
        : m_name(std::move(name)), m_inner(std::move(inner))
    {}
    std::string name() const override { return m_name; }
    void feed(std::span<const char> bytes, DecoderSink& sink) override
    {
        try {
            m_inner->feed(bytes, sink);
        } catch (...) {
            sink.skipped(bytes.size(), "the plugin failed: " + presentException(), m_name);
            reset();
        }
    }
    void reset() override
    {
        guarded([this] { m_inner->reset(); });
    }
    const DialoguePlan* dialogue() const override
    {
        const DialoguePlan* plan = nullptr;
        guarded([&] { plan = m_inner->dialogue(); });
        return plan;
    }
    void asked(bool opening, std::size_t step) override
    {
        guarded([&] { m_inner->asked(opening, step); });
    }
    std::uint64_t answers() const override
    {
        return counted([this] { return m_inner->answers(); });
    }
    std::uint64_t checksumErrors() const override
    {
        return counted([this] { return m_inner->checksumErrors(); });
    }

private:
    template <typename Call> void guarded(Call&& call) const
    {
        try {
            call();
        } catch (...) {
            log::warning("sensing", "the plugin decoder " + m_name + " failed: " + presentException());
        }
    }
    template <typename Call> std::uint64_t counted(Call&& call) const
    {
        std::uint64_t count = 0;
        guarded([&] { count = call(); });
        return count;
    }

    std::string m_name;
    std::unique_ptr<Decoder> m_inner;
};

Error failed(const std::string& name)
{
    return makeError(ErrorKind::BadInput, "the plugin failed: " + presentException(), "decoder " + name,
                     "Ask the plugin's maker.");
}

DecoderInfo guarded(DecoderInfo info)
{
    const std::string name = info.name;
    const auto make = [name](auto inner, const auto&... arguments) -> Result<std::unique_ptr<Decoder>> {
        try {
            Result<std::unique_ptr<Decoder>> made = inner(arguments...);
            if (!made.ok())
                return made;
            if (*made == nullptr)
                return makeError(ErrorKind::BadInput, "the plugin made no decoder", "decoder " + name,
                                 "Ask the plugin's maker.");
            return std::unique_ptr<Decoder>(std::make_unique<GuardedDecoder>(name, std::move(*made)));
        } catch (...) {
            return failed(name);
        }
    };
    if (info.make && !info.makeWith)
        info.makeWith = [make, inner = info.make](const DecoderParameters&) { return make(inner); };
    else if (info.makeWith)
        info.makeWith = [make, inner = info.makeWith](const DecoderParameters& p) { return make(inner, p); };
    if (info.make)
        info.make = [make, inner = info.make]() -> std::unique_ptr<Decoder> {
            auto made = make(inner);
            return made.ok() ? std::move(*made) : nullptr;
        };
    return info;
}

Error refused(const QString& file, std::string what, std::string remedy)
{
    return makeError(ErrorKind::BadInput, std::move(what), file.toStdString(), std::move(remedy));
}

Result<std::vector<std::string>> loadOne(const QString& file)
{
    QPluginLoader loader(file);
    // The version is read from the file: a plugin that does not fit never runs.
    const QString iid = loader.metaData().value(QStringLiteral("IID")).toString();
    if (iid.isEmpty())
        return refused(file, "it is not a Qt plugin, or one built with another Qt",
                       "Build it against Qt " QT_VERSION_STR ", or remove it from the plugins folder.");
    if (iid != QLatin1String(BNOF_DECODER_PLUGIN_IID)) {
        const bool other = iid.startsWith(QLatin1String(BNOF_DECODER_PLUGIN_PREFIX));
        return refused(
            file,
            other ? "it is for version " + iid.mid(qsizetype(sizeof BNOF_DECODER_PLUGIN_PREFIX) - 1).toStdString() +
                        " of the decoder interface, and this program has version " BNOF_DECODER_PLUGIN_VERSION
                  : "it is a plugin of another kind (" + iid.toStdString() + ")",
            other ? "Build it again with this program's headers." : "Remove it from the plugins folder.");
    }
    QObject* instance = loader.instance();
    auto* plugin = qobject_cast<DecoderPlugin*>(instance);
    if (plugin == nullptr)
        return refused(file, "it cannot be loaded: " + loader.errorString().toStdString(),
                       "Build it again with this program's headers.");
    std::vector<std::string> names;
    try {
        for (DecoderInfo& info : plugin->decoders()) {
            if (info.name.empty() || (!info.make && !info.makeWith))
                return refused(file, "one of its decoders has no name, or nothing that makes it",
                               "Ask the plugin's maker.");
            if (isBuiltInDecoder(info.name))
                return refused(file, "its decoder \"" + info.name + "\" has the name of a built-in one",
                               "Give it another name.");
            names.push_back(info.name);
            registerDecoder(guarded(std::move(info)));
        }
    } catch (...) {
        return refused(file, "it failed: " + presentException(), "Ask the plugin's maker.");
    }
    return names;
}

} // namespace

std::vector<std::string> pluginFolders()
{
    std::vector<std::string> folders;
    const QString configured = qEnvironmentVariable("BNOF_PLUGINS");
    for (const QString& folder : configured.split(QLatin1Char(':'), Qt::SkipEmptyParts))
        folders.push_back(folder.toStdString());
    if (QCoreApplication::instance() != nullptr)
        folders.push_back(
            (QCoreApplication::applicationDirPath() + QStringLiteral("/../lib/bnof/plugins")).toStdString());
    folders.push_back(
        (QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/bnof/plugins"))
            .toStdString());
    return folders;
}

LoadedPlugins loadDecoderPlugins(const std::vector<std::string>& folders)
{
    LoadedPlugins all;
    for (const std::string& folder : folders) {
        const QDir directory(QString::fromStdString(folder));
        for (const QString& name : directory.entryList(QDir::Files, QDir::Name)) {
            const QString file = directory.absoluteFilePath(name);
            if (!QLibrary::isLibrary(file))
                continue;
            auto names = loadOne(file);
            if (!names.ok()) {
                all.problems.push_back(names.error());
                continue;
            }
            all.files.push_back(file.toStdString());
            std::ranges::move(*names, std::back_inserter(all.decoders));
        }
    }
    return all;
}

void loadInstalledPlugins()
{
    for (const Error& problem : loadDecoderPlugins(pluginFolders()).problems)
        log::warning("sensing", "a plugin was left out: " + problem.message());
}

} // namespace bnof::sensing
