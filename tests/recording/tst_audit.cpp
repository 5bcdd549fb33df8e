// SPDX-License-Identifier: GPL-3.0-or-later
// The chain of who did what: whatever is changed, removed, moved, repeated or cut off is named.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <fstream>

#include "engine/base/files.h"
#include "engine/base/time.h"
#include "engine/recording/audit_log.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

class TestAudit : public test::Suite {
    Q_OBJECT

private slots:
    void init();
    void entriesRoundTripByteForByte();
    void aChainIsIntact();
    void everyChangedMemberIsFound();
    void everyFlippedByteOfALogIsFound();
    void removedMovedAndRepeatedEntriesAreNamed();
    void aCutOffEndIsFound();
    void aReplacedChainIsFound();
    void whatIsNoEntryIsRefused();
    void theLogGrowsAndIsChecked();
    void aTornWriteIsCutOffAndTheChainGoesOn();
    void anEndThatSomebodyRemovedStaysMissed();
    void aLogWithoutItsEndSaysSo();
    void manyProcessesAppendOneChain();
    void whatWasMadeIsNamedByItsHash();

private:
    std::string path(const char* name) const { return m_folder->filePath(QLatin1String(name)).toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

namespace {

AuditEntry sample(int i)
{
    AuditEntry entry;
    entry.utc = 1'790'000'000'123'456'789 + i * nanosecondsPerSecond;
    entry.operatorName = i % 2 == 0 ? "Ada \"Öl\" Beispiel" : "";
    entry.systemUser = "lab";
    entry.program = "bnof 0.1.0";
    entry.what = i == 0 ? audit::created : i % 2 == 0 ? audit::exported : audit::verified;
    entry.recording = "00000000-0000-4000-8000-000000000001";
    entry.detail = Json::object().set("format", "nwb").set("share", 0.125).set("count", i);
    return entry;
}

std::vector<AuditEntry> chainOf(int count)
{
    std::vector<AuditEntry> chain;
    for (int i = 0; i < count; ++i)
        chain.push_back(chained(headOf(chain), sample(i)));
    return chain;
}

std::string textOf(const std::vector<AuditEntry>& chain)
{
    std::string text;
    for (const AuditEntry& entry : chain)
        text += encode(entry) + '\n';
    return text;
}

bool mentions(const AuditCheck& check, const char* words)
{
    return check.finding.find(words) != std::string::npos;
}

} // namespace

void TestAudit::init()
{
    Suite::init();
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestAudit::entriesRoundTripByteForByte()
{
    for (const AuditEntry& entry : chainOf(4)) {
        const std::string bytes = encode(entry);
        QCOMPARE(bytes.find('\n'), std::string::npos);
        const auto back = parseAuditEntry(bytes);
        BNOF_VERIFY_OK(back);
        QCOMPARE(*back, entry);
        QCOMPARE(encode(*back), bytes);
    }
    // The bytes are an interface: other programs compute the same hash.
    const std::string first = encode(chainOf(1).front());
    QVERIFY2(first.rfind("{\"number\":1,\"utc_ns\":1790000000123456789,\"operator\":\"Ada \\\"Öl\\\" Beispiel\",", 0) ==
                 0,
             first.c_str());
    QVERIFY(first.find("\"previous\":\"" + std::string(auditOrigin) + "\",\"sha256\":\"") != std::string::npos);
}

void TestAudit::aChainIsIntact()
{
    const auto chain = chainOf(20);
    const AuditCheck check = checkChain(chain, headOf(chain));
    QVERIFY2(check.intact, check.finding.c_str());
    QVERIFY(checkChain({}).intact);
    QCOMPARE(headOf(chain).count, std::int64_t{20});
    // More than the head knows is no fault: the head is written after the entry.
    QVERIFY(checkChain(chain, AuditHead{15, chain[14].sha256}).intact);
    const AuditLog log = parseAuditLog(textOf(chain), headOf(chain));
    QVERIFY(log.check.intact && !log.endsInsideLine);
    QCOMPARE(log.entries, chain);
}

void TestAudit::everyChangedMemberIsFound()
{
    const std::vector<std::pair<const char*, void (*)(AuditEntry&)>> changes{
        {"number", [](AuditEntry& e) { e.number = 7; }},
        {"time", [](AuditEntry& e) { e.utc += 1; }},
        {"operator", [](AuditEntry& e) { e.operatorName = "Eve"; }},
        {"account", [](AuditEntry& e) { e.systemUser = "root"; }},
        {"program", [](AuditEntry& e) { e.program.pop_back(); }},
        {"what", [](AuditEntry& e) { e.what = "verified "; }},
        {"recording", [](AuditEntry& e) { e.recording.clear(); }},
        {"detail", [](AuditEntry& e) { e.detail.set("share", 0.1250000001); }},
        {"previous", [](AuditEntry& e) { e.previous[0] = e.previous[0] == 'a' ? 'b' : 'a'; }},
        {"sha256", [](AuditEntry& e) { e.sha256[63] = e.sha256[63] == 'a' ? 'b' : 'a'; }},
    };
    for (const auto& [name, change] : changes) {
        for (std::size_t at : {0U, 2U, 5U}) {
            auto chain = chainOf(6);
            change(chain[at]);
            const AuditCheck check = checkChain(chain);
            QVERIFY2(!check.intact, name);
            QCOMPARE(check.firstBad, at);
            QVERIFY2(mentions(check, ("Entry " + std::to_string(at + 1)).c_str()) && mentions(check, "altered"),
                     check.finding.c_str());
        }
    }
}

void TestAudit::everyFlippedByteOfALogIsFound()
{
    const auto chain = chainOf(3);
    const std::string text = textOf(chain);
    std::vector<std::size_t> lineOf;
    for (std::size_t line = 0; const char c : text) {
        lineOf.push_back(line);
        line += c == '\n' ? 1 : 0;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (const char bit : {0x01, 0x20}) {
            std::string bad = text;
            bad[i] = static_cast<char>(bad[i] ^ bit);
            const AuditLog log = parseAuditLog(bad, headOf(chain));
            QVERIFY2(!log.check.intact, std::to_string(i).c_str());
            QCOMPARE(log.check.firstBad, lineOf[i]);
            QVERIFY(!log.check.finding.empty());
        }
    }
}

void TestAudit::removedMovedAndRepeatedEntriesAreNamed()
{
    const auto chain = chainOf(8);
    auto removed = chain;
    removed.erase(removed.begin() + 3);
    AuditCheck check = checkChain(removed);
    QVERIFY(!check.intact);
    QCOMPARE(check.firstBad, std::size_t{3});
    QVERIFY2(mentions(check, "Entry 4 is missing") && mentions(check, "entry 5 follows"), check.finding.c_str());

    removed.erase(removed.begin() + 3, removed.begin() + 5);
    check = checkChain(removed);
    QVERIFY2(mentions(check, "Entries 4 to 6 are missing"), check.finding.c_str());

    auto first = chain;
    first.erase(first.begin());
    QCOMPARE(checkChain(first).firstBad, std::size_t{0});

    auto swapped = chain;
    std::swap(swapped[2], swapped[5]);
    check = checkChain(swapped);
    QVERIFY(!check.intact);
    QCOMPARE(check.firstBad, std::size_t{2});

    auto repeated = chain;
    repeated.insert(repeated.begin() + 4, chain[1]);
    check = checkChain(repeated);
    QCOMPARE(check.firstBad, std::size_t{4});
    QVERIFY2(mentions(check, "Entry 2") && mentions(check, "at place 5") && mentions(check, "repeated or moved"),
             check.finding.c_str());
}

void TestAudit::aCutOffEndIsFound()
{
    const auto chain = chainOf(6);
    auto cut = chain;
    cut.resize(4);
    QVERIFY(checkChain(cut).intact); // the chain alone cannot know
    AuditCheck check = checkChain(cut, headOf(chain));
    QVERIFY(!check.intact);
    QCOMPARE(check.firstBad, std::size_t{4});
    QVERIFY2(mentions(check, "2 entries are missing at the end, behind entry 4"), check.finding.c_str());
    cut.clear();
    QVERIFY(!checkChain(cut, headOf(chain)).intact);
    // Cut at every byte: never intact, never a crash.
    const std::string text = textOf(chain);
    for (std::size_t length = 0; length < text.size(); ++length)
        QVERIFY(!parseAuditLog(std::string_view(text).substr(0, length), headOf(chain)).check.intact);
}

void TestAudit::aReplacedChainIsFound()
{
    const auto chain = chainOf(5);
    // Somebody who knows the rules rewrites entry 2 and everything behind it: only the head gives it away.
    std::vector<AuditEntry> forged(chain.begin(), chain.begin() + 1);
    for (int i = 1; i < 5; ++i) {
        AuditEntry entry = sample(i);
        entry.operatorName = "Eve";
        forged.push_back(chained(headOf(forged), entry));
    }
    QVERIFY(checkChain(forged).intact);
    const AuditCheck check = checkChain(forged, headOf(chain));
    QVERIFY(!check.intact);
    QVERIFY2(mentions(check, "Entry 5 is not the one that was written"), check.finding.c_str());
    // Only one of them, resealed: the next one does not continue it.
    auto resealed = chain;
    AuditEntry entry = sample(2);
    entry.operatorName = "Eve";
    resealed[2] = chained(headOf(std::span(chain).first(2)), entry);
    const AuditCheck link = checkChain(resealed);
    QCOMPARE(link.firstBad, std::size_t{3});
    QVERIFY2(mentions(link, "does not continue the one before it"), link.finding.c_str());
}

void TestAudit::whatIsNoEntryIsRefused()
{
    const std::string good = encode(chainOf(1).front());
    for (const std::string& bad :
         {std::string(), std::string("[]"), std::string("{}"), std::string("null"), good + " ", " " + good,
          good.substr(0, good.size() - 1), good.substr(0, good.size() - 1) + ",\"more\":1}",
          std::string("{\"number\":\"1\"") + good.substr(11), std::string(maxAuditEntryBytes + 1, ' ')}) {
        const auto entry = parseAuditEntry(bad);
        QVERIFY2(!entry.ok(), bad.substr(0, 80).c_str());
    }
    QVERIFY(parseAuditEntry(good).ok());
}

void TestAudit::theLogGrowsAndIsChecked()
{
    const std::string file = path("audit.ndjson");
    auto log = readAuditLog(file);
    BNOF_VERIFY_OK(log);
    QVERIFY(log->check.intact && log->entries.empty());
    for (int i = 0; i < 5; ++i)
        BNOF_VERIFY_OK(appendAudit(file, sample(i)));
    log = readAuditLog(file);
    BNOF_VERIFY_OK(log);
    QVERIFY2(log->check.intact, log->check.finding.c_str());
    QCOMPARE(log->entries, chainOf(5));
    const AuditEntry now = auditBy("Ada", audit::verified);
    QVERIFY(now.utc > sample(0).utc - 400LL * 24 * 3600 * nanosecondsPerSecond && !now.systemUser.empty());
    QVERIFY(now.program.rfind("bnof ", 0) == 0);
    QVERIFY(describe(now).find("verified by Ada (account " + systemUser() + ")") != std::string::npos);

    auto content = readFile(file);
    BNOF_VERIFY_OK(content);
    const std::size_t at = content->find("nwb", content->find('\n'));
    (*content)[at] = 'm';
    BNOF_VERIFY_OK(writeFileAtomically(file, *content));
    log = readAuditLog(file);
    QVERIFY(!log->check.intact);
    QCOMPARE(log->check.firstBad, std::size_t{1});
    BNOF_VERIFY_OK(appendAudit(file, sample(5))); // what is done now is kept all the same
    log = readAuditLog(file);
    QCOMPARE(log->check.firstBad, std::size_t{1});
    QCOMPARE(log->entries.size(), std::size_t{6});
    QVERIFY(!appendAudit(path("no/folder/audit.ndjson"), sample(0)).ok());
}

void TestAudit::aTornWriteIsCutOffAndTheChainGoesOn()
{
    const std::string file = path("audit.ndjson");
    for (int i = 0; i < 3; ++i)
        BNOF_VERIFY_OK(appendAudit(file, sample(i)));
    {
        std::ofstream torn(file, std::ios::app | std::ios::binary);
        torn << "{\"number\":4,\"utc_ns\":17";
    }
    auto log = readAuditLog(file);
    BNOF_VERIFY_OK(log);
    QVERIFY(log->endsInsideLine);
    QVERIFY2(log->check.intact, log->check.finding.c_str()); // it was never confirmed
    // Written whole, but killed before the end was noted: the chain goes on behind it.
    auto content = readFile(file);
    const auto chain = chainOf(6);
    BNOF_VERIFY_OK(writeFileAtomically(file, content->substr(0, content->rfind('\n') + 1) + encode(chain[3]) + '\n'));
    BNOF_VERIFY_OK(appendAudit(file, sample(4)));
    {
        std::ofstream torn(file, std::ios::app | std::ios::binary);
        torn << "{\"num";
    }
    BNOF_VERIFY_OK(appendAudit(file, sample(5)));
    log = readAuditLog(file);
    QVERIFY2(log->check.intact && !log->endsInsideLine, log->check.finding.c_str());
    QCOMPARE(log->entries, chain);
}

void TestAudit::anEndThatSomebodyRemovedStaysMissed()
{
    for (const bool insideALine : {false, true}) {
        const std::string file = path(insideALine ? "inside.ndjson" : "line.ndjson");
        for (int i = 0; i < 5; ++i)
            BNOF_VERIFY_OK(appendAudit(file, sample(i)));
        const auto content = readFile(file);
        BNOF_VERIFY_OK(content);
        std::size_t end = 0;
        for (int line = 0; line < 3; ++line)
            end = content->find('\n', end) + 1;
        BNOF_VERIFY_OK(writeFileAtomically(file, content->substr(0, end + (insideALine ? 40 : 0))));
        auto log = readAuditLog(file);
        QVERIFY(!log->check.intact);
        QCOMPARE(log->check.firstBad, std::size_t{3});
        QVERIFY2(mentions(log->check, "2 entries are missing at the end"), log->check.finding.c_str());
        BNOF_VERIFY_OK(appendAudit(file, sample(5)));
        log = readAuditLog(file);
        QVERIFY(!log->check.intact); // writing on does not heal it
        QCOMPARE(log->check.firstBad, std::size_t{3});
    }
}

void TestAudit::aLogWithoutItsEndSaysSo()
{
    const std::string file = path("audit.ndjson");
    for (int i = 0; i < 2; ++i)
        BNOF_VERIFY_OK(appendAudit(file, sample(i)));
    QVERIFY(QFile::remove(QString::fromStdString(file + ".head")));
    auto log = readAuditLog(file);
    BNOF_VERIFY_OK(log);
    QVERIFY(!log->check.intact);
    QVERIFY2(mentions(log->check, "where the trail ends"), log->check.finding.c_str());
    QVERIFY(QFile::remove(QString::fromStdString(file)));
    QVERIFY(readAuditLog(file)->check.intact); // none was ever begun, as far as anybody can say
    for (int i = 0; i < 2; ++i)
        BNOF_VERIFY_OK(appendAudit(file, sample(i)));
    QVERIFY(QFile::remove(QString::fromStdString(file)));
    log = readAuditLog(file);
    QVERIFY2(!log->check.intact && mentions(log->check, "2 entries are missing"), log->check.finding.c_str());
}

void TestAudit::manyProcessesAppendOneChain()
{
    const std::string file = path("audit.ndjson");
    std::vector<std::unique_ptr<QProcess>> children;
    for (int i = 0; i < 4; ++i) {
        children.push_back(std::make_unique<QProcess>());
        children.back()->start(QCoreApplication::applicationFilePath(),
                               {QStringLiteral("--append"), QString::fromStdString(file), QStringLiteral("15")});
    }
    for (const auto& child : children) {
        QVERIFY(child->waitForFinished(60000));
        QVERIFY2(child->exitCode() == 0, child->readAllStandardOutput().constData());
    }
    const auto log = readAuditLog(file);
    BNOF_VERIFY_OK(log);
    QVERIFY2(log->check.intact, log->check.finding.c_str());
    QCOMPARE(log->entries.size(), std::size_t{60});
}

void TestAudit::whatWasMadeIsNamedByItsHash()
{
    qputenv("XDG_DATA_HOME", m_folder->path().toUtf8());
    BNOF_VERIFY_OK(writeFileAtomically(path("run.csv"), "abc"));
    BNOF_VERIFY_OK(auditMade("Ada", audit::exported, "uuid-1", path("run.bnr"), "csv", path("run.csv")));
    const auto file = defaultAuditLogPath();
    BNOF_VERIFY_OK(file);
    const auto log = readAuditLog(*file);
    BNOF_VERIFY_OK(log);
    QCOMPARE(log->entries.size(), std::size_t{1});
    const AuditEntry& entry = log->entries.front();
    QCOMPARE(entry.what, std::string(audit::exported));
    QCOMPARE(entry.recording, std::string("uuid-1"));
    QCOMPARE(entry.detail["sha256"].toString(),
             std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")); // FIPS 180-4
    QCOMPARE(entry.detail["result"].toString(), path("run.csv"));
    // A folder (.npy) by all its files; a changed one changes the hash.
    QVERIFY(QDir(m_folder->path()).mkpath(QStringLiteral("npy/deep")));
    BNOF_VERIFY_OK(writeFileAtomically(path("npy/a"), "a"));
    BNOF_VERIFY_OK(writeFileAtomically(path("npy/deep/b"), "bc"));
    const auto before = sha256OfMade(path("npy"));
    BNOF_VERIFY_OK(before);
    QCOMPARE(*before, entry.detail["sha256"].toString());
    BNOF_VERIFY_OK(writeFileAtomically(path("npy/deep/b"), "bd"));
    QVERIFY(*sha256OfMade(path("npy")) != *before);
    QVERIFY(!auditMade("Ada", audit::exported, "uuid-1", path("run.bnr"), "csv", path("none.csv")).ok());
}

int main(int argc, char** argv)
{
    if (argc == 4 && std::string(argv[1]) == "--append") {
        for (int i = 0; i < std::stoi(argv[3]); ++i) {
            if (const auto done = appendAudit(argv[2], sample(i)); !done.ok()) {
                std::puts(done.error().message().c_str());
                return 1;
            }
        }
        return 0;
    }
    const QCoreApplication application(argc, argv);
    TestAudit test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_audit.moc"
