<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>SensorDetails</name>
    <message numerus="yes">
        <source>%n channel(s), none faulty.</source>
        <translation>
            <numerusform>%n channel, none faulty.</numerusform>
            <numerusform>%n channels, none faulty.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SensorSummary</name>
    <message numerus="yes">
        <source>%1 and %n other(s)</source>
        <translation>
            <numerusform>%1 and %n other</numerusform>
            <numerusform>%1 and %n others</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::CalibrationSavePage</name>
    <message numerus="yes">
        <source>%n channel(s) have no clean air yet and give resistances only.</source>
        <translation>
            <numerusform>%n channel has no clean air yet and gives resistances only.</numerusform>
            <numerusform>%n channels have no clean air yet and give resistances only.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::ConnectDialog</name>
    <message numerus="yes">
        <source>%n channel(s)</source>
        <translation>
            <numerusform>%n channel</numerusform>
            <numerusform>%n channels</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::CurvePlot</name>
    <message numerus="yes">
        <source>%n span(s)</source>
        <translation>
            <numerusform>%n span</numerusform>
            <numerusform>%n spans</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::DecoderEditor</name>
    <message numerus="yes">
        <source>%n message(s) decoded</source>
        <translation>
            <numerusform>%n message decoded</numerusform>
            <numerusform>%n messages decoded</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::EnvironmentPage</name>
    <message numerus="yes">
        <source>%n channel(s) fitted</source>
        <translation>
            <numerusform>%n channel fitted</numerusform>
            <numerusform>%n channels fitted</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::EvidencePanel</name>
    <message numerus="yes">
        <source>%n exposure(s)</source>
        <translation>
            <numerusform>%n exposure</numerusform>
            <numerusform>%n exposures</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::FilterBar</name>
    <message numerus="yes">
        <source>%1 of %n recording(s)</source>
        <translation>
            <numerusform>%1 of %n recording</numerusform>
            <numerusform>%1 of %n recordings</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n recording(s)</source>
        <translation>
            <numerusform>%n recording</numerusform>
            <numerusform>%n recordings</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::PlanPanel</name>
    <message numerus="yes">
        <source>Every recording tests once what the others taught, in %n round(s); the first is shown. The model itself is trained on everything.</source>
        <translation>
            <numerusform>Every recording tests once what the others taught, in %n round, which is shown. The model itself is trained on everything.</numerusform>
            <numerusform>Every recording tests once what the others taught, in %n rounds; the first is shown. The model itself is trained on everything.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::ProblemHub</name>
    <message numerus="yes">
        <source>%n faults of channels, on %1 and others</source>
        <translation>
            <numerusform>%n fault of a channel, on %1 and others</numerusform>
            <numerusform>%n faults of channels, on %1 and others</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n sources are lost: %1 and others</source>
        <translation>
            <numerusform>%n source is lost: %1 and others</numerusform>
            <numerusform>%n sources are lost: %1 and others</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n calibrations need a look: %1 and others</source>
        <translation>
            <numerusform>%n calibration needs a look: %1 and others</numerusform>
            <numerusform>%n calibrations need a look: %1 and others</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::ProtocolPanel</name>
    <message numerus="yes">
        <source>The valves are shut and the recording is finished. It keeps the %n trial(s) that are done; the rest is not run.</source>
        <translation>
            <numerusform>The valves are shut and the recording is finished. It keeps the %n trial that is done; the rest is not run.</numerusform>
            <numerusform>The valves are shut and the recording is finished. It keeps the %n trials that are done; the rest is not run.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n exposure(s). Train with: bnof train %1 --out MODEL</source>
        <translation>
            <numerusform>%n exposure. Train with: bnof train %1 --out MODEL</numerusform>
            <numerusform>%n exposures. Train with: bnof train %1 --out MODEL</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::RecordingDetails</name>
    <message numerus="yes">
        <source>%1, %n channel(s)</source>
        <translation>
            <numerusform>%1, %n channel</numerusform>
            <numerusform>%1, %n channels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n gap(s)</source>
        <translation>
            <numerusform>%n gap</numerusform>
            <numerusform>%n gaps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) lost</source>
        <translation>
            <numerusform>%n frame lost</numerusform>
            <numerusform>%n frames lost</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) not recognised</source>
        <translation>
            <numerusform>%n frame not recognised</numerusform>
            <numerusform>%n frames not recognised</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n place(s) with unreadable bytes</source>
        <translation>
            <numerusform>%n place with unreadable bytes</numerusform>
            <numerusform>%n places with unreadable bytes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>damaged: %n part(s) skipped</source>
        <translation>
            <numerusform>damaged: %n part skipped</numerusform>
            <numerusform>damaged: %n parts skipped</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::RecordingsModel</name>
    <message numerus="yes">
        <source>%n gap(s)</source>
        <translation>
            <numerusform>%n gap</numerusform>
            <numerusform>%n gaps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) lost</source>
        <translation>
            <numerusform>%n frame lost</numerusform>
            <numerusform>%n frames lost</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::RecordingsWorkspace</name>
    <message numerus="yes">
        <source>cancelled; %n recording(s) were checked</source>
        <translation>
            <numerusform>cancelled; %n recording was checked</numerusform>
            <numerusform>cancelled; %n recordings were checked</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n recording(s) checked, all intact</source>
        <translation>
            <numerusform>%n recording checked, intact</numerusform>
            <numerusform>%n recordings checked, all intact</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n recording(s) not intact. First: %1</source>
        <translation>
            <numerusform>%n recording is not intact: %1</numerusform>
            <numerusform>%n recordings are not intact. First: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n recording(s) in %1</source>
        <translation>
            <numerusform>%n recording in %1</numerusform>
            <numerusform>%n recordings in %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>. %n file(s) could not be read: %1</source>
        <translation>
            <numerusform>. %n file could not be read: %1</numerusform>
            <numerusform>. %n files could not be read, the first: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>None of %n recording(s) has all of this: %1.</source>
        <translation>
            <numerusform>The only recording does not have all of this: %1.</numerusform>
            <numerusform>None of %n recordings has all of this: %1.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::SensorsModel</name>
    <message numerus="yes">
        <source>%n in standby</source>
        <translation>
            <numerusform>%n in standby</numerusform>
            <numerusform>%n in standby</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::SessionBar</name>
    <message numerus="yes">
        <source>%n channel(s)</source>
        <translation>
            <numerusform>%n channel</numerusform>
            <numerusform>%n channels</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::SessionController</name>
    <message numerus="yes">
        <source>%n source(s)</source>
        <translation>
            <numerusform>%n source</numerusform>
            <numerusform>%n sources</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::ShiftChart</name>
    <message numerus="yes">
        <source>%n channel(s) compared</source>
        <translation>
            <numerusform>%n channel compared</numerusform>
            <numerusform>%n channels compared</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::SpanPage</name>
    <message numerus="yes">
        <source>The span of %1 was taken for %n channel(s).</source>
        <translation>
            <numerusform>The span of %1 was taken for %n channel.</numerusform>
            <numerusform>The span of %1 was taken for %n channels.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::StatusFigures</name>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n problem</numerusform>
            <numerusform>%n problems</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::Training</name>
    <message numerus="yes">
        <source>%n exposure(s)</source>
        <translation>
            <numerusform>%n exposure</numerusform>
            <numerusform>%n exposures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stretch(es)</source>
        <translation>
            <numerusform>%n stretch</numerusform>
            <numerusform>%n stretches</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::BarList</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::DecisionCard</name>
    <message numerus="yes">
        <source>%n faulty sensor(s) left out</source>
        <translation>
            <numerusform>%n faulty sensor left out</numerusform>
            <numerusform>%n faulty sensors left out</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::DecisionTimeline</name>
    <message numerus="yes">
        <source>%n mark(s)</source>
        <translation>
            <numerusform>%n mark</numerusform>
            <numerusform>%n marks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::EvidenceView</name>
    <message numerus="yes">
        <source>After %n exposure(s) B less A is %1 percentage points, %2 to %3</source>
        <translation>
            <numerusform>After %n exposure B less A is %1 percentage points, %2 to %3</numerusform>
            <numerusform>After %n exposures B less A is %1 percentage points, %2 to %3</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>decided after %n exposure(s)</source>
        <translation>
            <numerusform>decided after %n exposure</numerusform>
            <numerusform>decided after %n exposures</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::NetworkDiagram</name>
    <message numerus="yes">
        <source>%n population(s): </source>
        <translation>
            <numerusform>%n population: </numerusform>
            <numerusform>%n populations: </numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::ProblemList</name>
    <message numerus="yes">
        <source>, %n times</source>
        <translation>
            <numerusform>, once</numerusform>
            <numerusform>, %n times</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n problem</numerusform>
            <numerusform>%n problems</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::ProtocolTimeline</name>
    <message numerus="yes">
        <source>%n trial(s)</source>
        <translation>
            <numerusform>%n trial</numerusform>
            <numerusform>%n trials</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n trial(s) done</source>
        <translation>
            <numerusform>%1 of %n trial done</numerusform>
            <numerusform>%1 of %n trials done</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::SplitView</name>
    <message numerus="yes">
        <source>%n recording(s); %1 min train, %2 min test.</source>
        <translation>
            <numerusform>%n recording; %1 min train, %2 min test.</numerusform>
            <numerusform>%n recordings; %1 min train, %2 min test.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::TraceView</name>
    <message numerus="yes">
        <source>%n channel(s), the last %1, following live</source>
        <translation>
            <numerusform>%n channel, the last %1, following live</numerusform>
            <numerusform>%n channels, the last %1, following live</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s), frozen at %2, window %1</source>
        <translation>
            <numerusform>%n channel, frozen at %2, window %1</numerusform>
            <numerusform>%n channels, frozen at %2, window %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more: scroll</source>
        <translation>
            <numerusform>%n more: scroll</numerusform>
            <numerusform>%n more: scroll</numerusform>
        </translation>
    </message>
</context>
</TS>
