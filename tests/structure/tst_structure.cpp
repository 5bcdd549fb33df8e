// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of the house that a compiler does not check: who includes and links whom, where Qt may be used,
// how long a file may be. The table of layers is read from the build (cmake/BnofLayers.cmake writes it).
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QMap>
#include <QSet>
#include <QTextStream>

#include <array>

#include "tests/support/suite.h"

namespace {

const QString sourceDir = QStringLiteral(BNOF_TEST_SOURCE_DIR);

struct LayerTable {
    QMap<QString, QSet<QString>> allowed;
    QMap<QString, QSet<QString>> links;
    QSet<QString> qtFree;
};

QSet<QString> words(const QString& text)
{
    const QStringList list = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return {list.begin(), list.end()};
}

LayerTable readTable(const QString& text)
{
    LayerTable table;
    for (const QString& line : text.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        const QString rest = line.section(QLatin1Char(' '), 1);
        const QString folder = rest.section(QLatin1Char(':'), 0, 0).trimmed();
        const QSet<QString> others = words(rest.section(QLatin1Char(':'), 1));
        if (line.startsWith(QLatin1String("allowed ")))
            table.allowed[folder] = others;
        else if (line.startsWith(QLatin1String("links ")))
            table.links[folder] = others;
        else if (line.startsWith(QLatin1String("qtfree ")))
            table.qtFree.insert(folder);
    }
    // These two could use Qt by the table of targets, but are kept free of it, so that a headless host and
    // other languages can use them.
    table.qtFree << QStringLiteral("recording") << QStringLiteral("olfaction");
    return table;
}

/// The layer that a file belongs to by its path below the repository; empty: none (outside the layers).
QString layerOf(const QString& path)
{
    const QStringList parts = path.split(QLatin1Char('/'));
    if (parts.value(0) == QLatin1String("engine"))
        return parts.size() > 2 ? parts.value(1) : QString();
    if (parts.value(0) == QLatin1String("widgets"))
        return QStringLiteral("widgets");
    if (parts.value(0) == QLatin1String("app"))
        return parts.value(1) == QLatin1String("report") ? QStringLiteral("report") : QStringLiteral("app");
    return {};
}

bool isQtHeader(const QString& include)
{
    static const QRegularExpression qt(
        QStringLiteral("^(Q[A-Z][A-Za-z0-9_]*|q[a-z0-9_]+\\.h|Qt[A-Z][A-Za-z0-9]*/.*)$"));
    return qt.match(include).hasMatch();
}

/// Headers of QtCore, QtNetwork, QtSerialPort and other modules without windows are told from QtGui and QtWidgets
/// by where they lie below Qt's include folders.
bool isWindowHeader(const QString& include)
{
    if (include.startsWith(QLatin1String("QtGui/")) || include.startsWith(QLatin1String("QtWidgets/")) ||
        include.startsWith(QLatin1String("QtCharts/")) || include.startsWith(QLatin1String("QtPrintSupport/")) ||
        include.startsWith(QLatin1String("QtSvg/")))
        return true;
    static const QString root = [] {
        for (const char* folder :
             {"/usr/include/x86_64-linux-gnu/qt6", "/usr/include/aarch64-linux-gnu/qt6", "/usr/include/qt6"}) {
            if (QDir(QString::fromLatin1(folder)).exists())
                return QString::fromLatin1(folder);
        }
        return QString();
    }();
    for (const char* module : {"QtGui", "QtWidgets", "QtCharts", "QtPrintSupport", "QtSvg"}) {
        if (!root.isEmpty() &&
            QFile::exists(QStringLiteral("%1/%2/%3").arg(root, QString::fromLatin1(module), include)))
            return true;
    }
    return false;
}

/// What is wrong with one #include of a file of `layer`; empty when nothing is.
QString includeProblem(const LayerTable& table, const QString& layer, const QString& include)
{
    if (isQtHeader(include)) {
        if (table.qtFree.contains(layer))
            return QStringLiteral("%1 uses no Qt, but includes <%2>").arg(layer, include);
        const QSet<QString> withWindows{QStringLiteral("widgets"), QStringLiteral("report"), QStringLiteral("app")};
        if (!withWindows.contains(layer) && isWindowHeader(include))
            return QStringLiteral("engine/%1 has no windows, but includes <%2>").arg(layer, include);
        return {};
    }
    const QString target = layerOf(include);
    if (include.startsWith(QLatin1String("tests/")))
        return QStringLiteral("%1 includes \"%2\" of the tests").arg(layer, include);
    if (target.isEmpty() || target == layer || table.allowed.value(layer).contains(target))
        return {};
    return QStringLiteral("%1 may not use %2, but includes \"%3\"").arg(layer, target, include);
}

QStringList includeOffenders(const LayerTable& table, const QString& path, const QString& text)
{
    static const QRegularExpression expression(QStringLiteral("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]"));
    QStringList offenders;
    const QString layer = layerOf(path);
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (int i = 0; i < lines.size() && !layer.isEmpty(); ++i) {
        const QRegularExpressionMatch match = expression.match(lines[i]);
        const QString problem = match.hasMatch() ? includeProblem(table, layer, match.captured(1)) : QString();
        if (!problem.isEmpty())
            offenders << QStringLiteral("%1:%2: %3").arg(path).arg(i + 1).arg(problem);
    }
    return offenders;
}

/// Names of our libraries that a CMakeLists.txt of a layer mentions without being allowed to.
QStringList cmakeOffenders(const LayerTable& table, const QString& path, const QString& text)
{
    static const QRegularExpression expression(QStringLiteral("\\bbnof_([a-z]+)\\b"));
    QStringList offenders;
    const QString layer = layerOf(path);
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (int i = 0; i < lines.size() && !layer.isEmpty(); ++i) {
        const QString code = lines[i].section(QLatin1Char('#'), 0, 0);
        for (auto matches = expression.globalMatch(code); matches.hasNext();) {
            const QString target = matches.next().captured(1);
            if (table.allowed.contains(target) && target != layer && !table.allowed.value(layer).contains(target))
                offenders << QStringLiteral("%1:%2: %3 may not link bnof_%4").arg(path).arg(i + 1).arg(layer, target);
        }
    }
    return offenders;
}

QStringList shapeOffenders(const QString& path, const QString& text)
{
    QStringList offenders;
    if (!text.section(QLatin1Char('\n'), 0, 0).contains(QLatin1String("SPDX-License-Identifier: GPL-3.0-or-later")))
        offenders
            << QStringLiteral("%1:1: the first line does not say SPDX-License-Identifier: GPL-3.0-or-later").arg(path);
    const auto lines = text.count(QLatin1Char('\n'));
    if (lines > 1000)
        offenders << QStringLiteral("%1:1001: %2 lines; a source file has at most 1,000").arg(path).arg(lines);
    return offenders;
}

QString read(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// Every file of the named kinds below the top-level folders, as paths below the repository.
QStringList sources(const QStringList& patterns, const QStringList& folders)
{
    QStringList paths;
    const QDir root(sourceDir);
    for (const QString& folder : folders) {
        QDirIterator iterator(root.filePath(folder), patterns, QDir::Files, QDirIterator::Subdirectories);
        while (iterator.hasNext())
            paths << root.relativeFilePath(iterator.next());
    }
    paths.sort();
    return paths;
}

const QStringList codePatterns{QStringLiteral("*.cpp"), QStringLiteral("*.h"), QStringLiteral("*.cu"),
                               QStringLiteral("*.cuh")};
const QStringList layeredFolders{QStringLiteral("engine"), QStringLiteral("widgets"), QStringLiteral("app")};

QByteArray report(const QStringList& offenders)
{
    return QByteArray("\n  ") + offenders.join(QStringLiteral("\n  ")).toUtf8();
}

} // namespace

class StructureTest : public bnof::test::Suite {
    Q_OBJECT

private slots:
    void initTestCase();
    void tableIsAcyclic();
    void libraryLinksFollowTheTable();
    void cmakeFilesFollowTheTable();
    void includesFollowTheTable();
    void filesHaveTheirShape();
    void offendersAreFound_data();
    void offendersAreFound();

private:
    LayerTable m_table;
};

void StructureTest::initTestCase()
{
    m_table = readTable(read(QStringLiteral(BNOF_TEST_BUILD_DIR "/link_graph.txt")));
    QVERIFY2(m_table.allowed.contains(QStringLiteral("base")) && m_table.allowed.contains(QStringLiteral("app")),
             "link_graph.txt is missing or empty; configure the build again");
    QVERIFY(m_table.links.contains(QStringLiteral("base")));
    QVERIFY(m_table.qtFree.contains(QStringLiteral("snn")));
}

void StructureTest::tableIsAcyclic()
{
    // Take away layers that use nothing that is left; what cannot be taken away goes in circles.
    QMap<QString, QSet<QString>> left = m_table.allowed;
    bool changed = true;
    while (changed) {
        changed = false;
        for (const QString& layer : left.keys()) {
            QSet<QString> present = left.value(layer);
            const QStringList layers = left.keys();
            present.intersect({layers.begin(), layers.end()});
            if (present.isEmpty()) {
                left.remove(layer);
                changed = true;
            }
        }
    }
    QVERIFY2(left.isEmpty(),
             qPrintable(QStringLiteral("circular: ") + QStringList(left.keys()).join(QLatin1Char(' '))));
}

void StructureTest::libraryLinksFollowTheTable()
{
    QStringList offenders;
    for (auto it = m_table.links.begin(); it != m_table.links.end(); ++it) {
        const QSet<QString> forbidden = it.value() - m_table.allowed.value(it.key());
        for (const QString& target : forbidden)
            offenders << QStringLiteral("cmake/BnofLayers.cmake:1: %1 may not link %2").arg(it.key(), target);
    }
    QVERIFY2(offenders.isEmpty(), report(offenders));
}

void StructureTest::cmakeFilesFollowTheTable()
{
    QStringList offenders;
    for (const QString& path : sources({QStringLiteral("CMakeLists.txt"), QStringLiteral("*.cmake")}, layeredFolders))
        offenders << cmakeOffenders(m_table, path, read(sourceDir + QLatin1Char('/') + path));
    QVERIFY2(offenders.isEmpty(), report(offenders));
}

void StructureTest::includesFollowTheTable()
{
    QStringList offenders;
    const QStringList paths = sources(codePatterns, layeredFolders);
    QVERIFY(paths.size() > 20);
    for (const QString& path : paths)
        offenders << includeOffenders(m_table, path, read(sourceDir + QLatin1Char('/') + path));
    QVERIFY2(offenders.isEmpty(), report(offenders));
}

void StructureTest::filesHaveTheirShape()
{
    QStringList offenders;
    const QStringList folders = layeredFolders + QStringList{QStringLiteral("tests"), QStringLiteral("plugins")};
    for (const QString& path : sources(codePatterns, folders))
        offenders << shapeOffenders(path, read(sourceDir + QLatin1Char('/') + path));
    QVERIFY2(offenders.isEmpty(), report(offenders));
}

void StructureTest::offendersAreFound_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected"); ///< empty: nothing to complain about
    const QString spdx = QStringLiteral("// SPDX-License-Identifier: GPL-3.0-or-later\n");
    QTest::newRow("an allowed include") << "engine/snn/a.cpp" << spdx + "#include \"engine/base/json.h\"\n"
                                        << "";
    QTest::newRow("an arrow upwards") << "engine/base/a.cpp" << spdx + "#include \"engine/snn/network.h\"\n"
                                      << "engine/base/a.cpp:2: base may not use snn";
    QTest::newRow("spaces and brackets") << "engine/storage/a.h" << spdx + "\n #  include <engine/session/session.h>\n"
                                         << "engine/storage/a.h:3: storage may not use session";
    QTest::newRow("widgets know no engine beyond base")
        << "widgets/a.cpp" << spdx + "#include \"engine/recording/reader.h\"\n"
        << "widgets/a.cpp:2: widgets may not";
    QTest::newRow("Qt in a compute part") << "engine/snn/a.cpp" << spdx + "#include <QString>\n"
                                          << "engine/snn/a.cpp:2: snn uses no Qt";
    QTest::newRow("Qt in a recording") << "engine/recording/a.cpp" << spdx + "#include <QtCore/QFile>\n"
                                       << "engine/recording/a.cpp:2: recording uses no Qt";
    QTest::newRow("Qt Core in sensing") << "engine/sensing/a.cpp" << spdx + "#include <QObject>\n"
                                        << "";
    QTest::newRow("a colour in sensing") << "engine/sensing/a.cpp" << spdx + "#include <QColor>\n"
                                         << "engine/sensing/a.cpp:2: engine/sensing has no windows";
    QTest::newRow("a window in a session") << "engine/session/a.cpp" << spdx + "#include <QtWidgets/QLabel>\n"
                                           << "engine/session/a.cpp:2: engine/session has no windows";
    QTest::newRow("tests in the product") << "app/cli/a.cpp" << spdx + "#include \"tests/support/suite.h\"\n"
                                          << "app/cli/a.cpp:2: app includes";
    QTest::newRow("the app in the report") << "app/report/a.cpp" << spdx + "#include \"app/cli/bench.h\"\n"
                                           << "app/report/a.cpp:2: report may not use app";
    QTest::newRow("a link upwards") << "engine/snn/CMakeLists.txt"
                                    << "target_link_libraries(bnof_snn PUBLIC bnof_session)\n"
                                    << "engine/snn/CMakeLists.txt:1: snn may not link bnof_session";
    QTest::newRow("no licence") << "engine/base/a.h"
                                << "#pragma once\n"
                                << "engine/base/a.h:1: the first line";
    QTest::newRow("a long file") << "engine/base/a.h" << spdx + QString(1000, QLatin1Char('\n'))
                                 << "engine/base/a.h:1001: 1001 lines";
}

void StructureTest::offendersAreFound()
{
    QFETCH(QString, path);
    QFETCH(QString, text);
    QFETCH(QString, expected);
    QStringList offenders;
    if (path.endsWith(QLatin1String(".txt")))
        offenders = cmakeOffenders(m_table, path, text);
    else
        offenders = includeOffenders(m_table, path, text) + shapeOffenders(path, text);
    if (expected.isEmpty()) {
        QVERIFY2(offenders.isEmpty(), report(offenders));
    } else {
        QCOMPARE(offenders.size(), 1);
        QVERIFY2(offenders.front().startsWith(expected), report(offenders));
    }
}

QTEST_GUILESS_MAIN(StructureTest)
#include "tst_structure.moc"
