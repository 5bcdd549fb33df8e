<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>Actions</name>
    <message>
        <source>&amp;Connect a sensor…</source>
        <translation>Sensor &amp;verbinden …</translation>
    </message>
    <message>
        <source>Try the &amp;simulated nose</source>
        <translation>&amp;Simulierte Nase ausprobieren</translation>
    </message>
    <message>
        <source>&amp;Open a recording…</source>
        <translation>Aufzeichnung ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>&amp;End session</source>
        <translation>Sitzung b&amp;eenden</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Record</source>
        <translation>&amp;Aufzeichnen</translation>
    </message>
    <message>
        <source>&amp;Mark</source>
        <translation>&amp;Markieren</translation>
    </message>
    <message>
        <source>Mark %1</source>
        <translation>Marke %1</translation>
    </message>
    <message>
        <source>&amp;Freeze</source>
        <translation>An&amp;halten</translation>
    </message>
    <message>
        <source>Pause or resume the replay</source>
        <translation>Wiedergabe anhalten oder fortsetzen</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Ansehen</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>Wiedergeben</translation>
    </message>
    <message>
        <source>Replay at 10×</source>
        <translation>10× wiedergeben</translation>
    </message>
    <message>
        <source>Replay at once</source>
        <translation>Sofort wiedergeben</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>Reparieren</translation>
    </message>
    <message>
        <source>PDF report…</source>
        <translation>PDF-Bericht …</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Take off the list</source>
        <translation>Aus Liste nehmen</translation>
    </message>
    <message>
        <source>Delete the recording…</source>
        <translation>Aufzeichnung löschen …</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>Aufzeichnungen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation>Befehlspalette</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Theme: as the system</source>
        <translation>Darstellung: wie das System</translation>
    </message>
    <message>
        <source>Theme: light</source>
        <translation>Darstellung: hell</translation>
    </message>
    <message>
        <source>Theme: dark</source>
        <translation>Darstellung: dunkel</translation>
    </message>
    <message>
        <source>Reset layout</source>
        <translation>Anordnung zurücksetzen</translation>
    </message>
    <message>
        <source>Operator view</source>
        <translation>Bedieneransicht</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Copy a problem report</source>
        <translation>Problembericht kopieren</translation>
    </message>
    <message>
        <source>About this program</source>
        <translation>Über dieses Programm</translation>
    </message>
    <message>
        <source>Go to a time in the replay…</source>
        <translation>Zu einer Zeit der Wiedergabe gehen …</translation>
    </message>
    <message>
        <source>Title and notes…</source>
        <translation>Titel und Notizen …</translation>
    </message>
    <message>
        <source>Run the changed network</source>
        <translation>Geändertes Netz ausführen</translation>
    </message>
    <message>
        <source>Discard changes</source>
        <translation>Änderungen verwerfen</translation>
    </message>
    <message>
        <source>Save the model as…</source>
        <translation>Modell speichern unter …</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>Verify all that is not verified</source>
        <translation>Alles Ungeprüfte prüfen</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Search the recordings</source>
        <translation>Aufzeichnungen durchsuchen</translation>
    </message>
    <message>
        <source>Rebuild the list</source>
        <translation>Liste neu aufbauen</translation>
    </message>
    <message>
        <source>&amp;Import a file…</source>
        <translation>Datei &amp;importieren…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>10×</source>
        <comment>short for Replay at 10×</comment>
        <translation>10×</translation>
    </message>
    <message>
        <source>At once</source>
        <comment>short for Replay at once</comment>
        <translation>Sofort</translation>
    </message>
    <message>
        <source>Export</source>
        <comment>short for Export…</comment>
        <translation>Export</translation>
    </message>
    <message>
        <source>Report</source>
        <comment>short for PDF report…</comment>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Notes</source>
        <comment>short for Title and notes…</comment>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Remove</source>
        <comment>short for Take off the list</comment>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Cali&amp;brate a sensor…</source>
        <translation>Sensor &amp;kalibrieren …</translation>
    </message>
    <message>
        <source>Re-&amp;anchor with one puff per gas…</source>
        <translation>Mit einem &amp;Gasstoß je Gas neu verankern …</translation>
    </message>
    <message>
        <source>&amp;Device formats…</source>
        <translation>Gerä&amp;teformate …</translation>
    </message>
    <message>
        <source>Exposure &amp;protocol</source>
        <translation>Expositions&amp;protokoll</translation>
    </message>
    <message>
        <source>Start the protocol</source>
        <translation>Protokoll starten</translation>
    </message>
    <message>
        <source>Start although a gate is shut</source>
        <translation>Trotz fehlender Freigabe starten</translation>
    </message>
    <message>
        <source>Pause the protocol</source>
        <translation>Protokoll anhalten</translation>
    </message>
    <message>
        <source>Abort the protocol…</source>
        <translation>Protokoll abbrechen …</translation>
    </message>
    <message>
        <source>Prepare another run</source>
        <translation>Weiteren Lauf vorbereiten</translation>
    </message>
    <message>
        <source>Make a training set…</source>
        <translation>Trainingssatz erstellen …</translation>
    </message>
    <message>
        <source>Edit the protocol…</source>
        <translation>Protokoll bearbeiten …</translation>
    </message>
    <message>
        <source>New protocol…</source>
        <translation>Neues Protokoll …</translation>
    </message>
    <message>
        <source>Start</source>
        <comment>short for Start the protocol</comment>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Start although …</source>
        <comment>short for Start although a gate is shut</comment>
        <translation>Starten trotz …</translation>
    </message>
    <message>
        <source>Abort</source>
        <comment>short for Abort the protocol…</comment>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Another run</source>
        <comment>short for Prepare another run</comment>
        <translation>Weiterer Lauf</translation>
    </message>
    <message>
        <source>Training set…</source>
        <comment>short for Make a training set…</comment>
        <translation>Trainingssatz …</translation>
    </message>
    <message>
        <source>Edit…</source>
        <comment>short for Edit the protocol…</comment>
        <translation>Bearbeiten …</translation>
    </message>
    <message>
        <source>New…</source>
        <comment>short for New protocol…</comment>
        <translation>Neu …</translation>
    </message>
    <message>
        <source>Switch role…</source>
        <translation>Rolle wechseln …</translation>
    </message>
    <message>
        <source>PIN for engineers…</source>
        <translation>PIN für Ingenieure …</translation>
    </message>
    <message>
        <source>&amp;Train a model</source>
        <translation>Modell &amp;trainieren</translation>
    </message>
    <message>
        <source>Train on a folder or file…</source>
        <translation>Mit Ordner oder Datei trainieren …</translation>
    </message>
    <message>
        <source>Recognise with this model</source>
        <translation>Mit diesem Modell erkennen</translation>
    </message>
    <message>
        <source>Model card…</source>
        <translation>Modellkarte …</translation>
    </message>
    <message>
        <source>Show the model in its folder</source>
        <translation>Modell in seinem Ordner zeigen</translation>
    </message>
    <message>
        <source>Delete the model…</source>
        <translation>Modell löschen …</translation>
    </message>
    <message>
        <source>Train</source>
        <comment>short for Train a model</comment>
        <translation>Trainieren</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <comment>short for Show the model in its folder</comment>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Delete…</source>
        <comment>short for Delete the model…</comment>
        <translation>Löschen …</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Wh&amp;y this answer?</source>
        <translation>War&amp;um diese Antwort?</translation>
    </message>
    <message>
        <source>&amp;Compare two models</source>
        <translation>Zwei Modelle &amp;vergleichen</translation>
    </message>
    <message>
        <source>Open an experiment…</source>
        <translation>Einen Vergleich öffnen…</translation>
    </message>
    <message>
        <source>Report of the comparison…</source>
        <translation>Bericht des Vergleichs…</translation>
    </message>
    <message>
        <source>Promote B by one step</source>
        <translation>B eine Stufe befördern</translation>
    </message>
    <message>
        <source>Roll back to A</source>
        <translation>Zurück zu A</translation>
    </message>
    <message>
        <source>Compare</source>
        <comment>short for Compare two models</comment>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Promote</source>
        <comment>short for Promote B by one step</comment>
        <translation>Befördern</translation>
    </message>
    <message>
        <source>Roll back</source>
        <comment>short for Roll back to A</comment>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Report…</source>
        <comment>short for Report of the comparison…</comment>
        <translation>Bericht…</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
</context>
<context>
    <name>Format</name>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>%1 d %2 h</source>
        <translation>%1 d %2 h</translation>
    </message>
    <message>
        <source>over a year</source>
        <translation>über ein Jahr</translation>
    </message>
</context>
<context>
    <name>ListCommands</name>
    <message>
        <source>removal of %1 from the list</source>
        <translation>Entfernen von %1 aus der Liste</translation>
    </message>
    <message>
        <source>deletion of %1</source>
        <translation>Löschen von %1</translation>
    </message>
    <message>
        <source>%1 could not be moved to the trash.</source>
        <translation>%1 konnte nicht in den Papierkorb verschoben werden.</translation>
    </message>
    <message>
        <source>%1 could not be brought back; look into the system&apos;s trash.</source>
        <translation>%1 konnte nicht zurückgeholt werden; sehen Sie im Papierkorb des Systems nach.</translation>
    </message>
    <message>
        <source>description of %1</source>
        <translation>Beschreibung von %1</translation>
    </message>
    <message>
        <source>forgetting of %1</source>
        <translation>Vergessen von %1</translation>
    </message>
</context>
<context>
    <name>MarkLabels</name>
    <message>
        <source>exposure</source>
        <translation>Exposition</translation>
    </message>
    <message>
        <source>purge</source>
        <translation>Spülung</translation>
    </message>
    <message>
        <source>baseline</source>
        <translation>Grundlinie</translation>
    </message>
    <message>
        <source>specimen change</source>
        <translation>Probenwechsel</translation>
    </message>
    <message>
        <source>calibration</source>
        <translation>Kalibrierung</translation>
    </message>
    <message>
        <source>disturbance</source>
        <translation>Störung</translation>
    </message>
    <message>
        <source>valve open</source>
        <translation>Ventil offen</translation>
    </message>
    <message>
        <source>valve closed</source>
        <translation>Ventil zu</translation>
    </message>
    <message>
        <source>note</source>
        <translation>Notiz</translation>
    </message>
</context>
<context>
    <name>NetworkFields</name>
    <message>
        <source>Threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>Resting potential</source>
        <translation>Ruhepotential</translation>
    </message>
    <message>
        <source>Reset potential</source>
        <translation>Rücksetzpotential</translation>
    </message>
    <message>
        <source>Membrane time constant</source>
        <translation>Zeitkonstante der Membran</translation>
    </message>
    <message>
        <source>Refractory time</source>
        <translation>Refraktärzeit</translation>
    </message>
    <message>
        <source>Excitatory time constant</source>
        <translation>Erregende Zeitkonstante</translation>
    </message>
    <message>
        <source>Inhibitory time constant</source>
        <translation>Hemmende Zeitkonstante</translation>
    </message>
    <message>
        <source>Recovery rate a</source>
        <translation>Erholungsrate a</translation>
    </message>
    <message>
        <source>Recovery coupling b</source>
        <translation>Erholungskopplung b</translation>
    </message>
    <message>
        <source>Reset potential c</source>
        <translation>Rücksetzpotential c</translation>
    </message>
    <message>
        <source>Recovery step d</source>
        <translation>Erholungsschritt d</translation>
    </message>
    <message>
        <source>Peak</source>
        <translation>Spitze</translation>
    </message>
    <message>
        <source>Time constant before (τ+)</source>
        <translation>Zeitkonstante davor (τ+)</translation>
    </message>
    <message>
        <source>Time constant after (τ−)</source>
        <translation>Zeitkonstante danach (τ−)</translation>
    </message>
    <message>
        <source>Potentiation</source>
        <translation>Verstärkung</translation>
    </message>
    <message>
        <source>Depression</source>
        <translation>Abschwächung</translation>
    </message>
    <message>
        <source>Triplet time constant (τx)</source>
        <translation>Triplett-Zeitkonstante (τx)</translation>
    </message>
    <message>
        <source>Triplet time constant (τy)</source>
        <translation>Triplett-Zeitkonstante (τy)</translation>
    </message>
    <message>
        <source>Triplet potentiation</source>
        <translation>Triplett-Verstärkung</translation>
    </message>
    <message>
        <source>Triplet depression</source>
        <translation>Triplett-Abschwächung</translation>
    </message>
    <message>
        <source>Time constant</source>
        <translation>Zeitkonstante</translation>
    </message>
    <message>
        <source>Amplitude</source>
        <translation>Amplitude</translation>
    </message>
    <message>
        <source>Offset</source>
        <translation>Versatz</translation>
    </message>
    <message>
        <source>Eligibility time constant</source>
        <translation>Zeitkonstante der Lernspur</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Lernrate</translation>
    </message>
    <message>
        <source>Learning rule</source>
        <translation>Lernregel</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>pair STDP</source>
        <translation>Paar-STDP</translation>
    </message>
    <message>
        <source>triplet STDP</source>
        <translation>Triplett-STDP</translation>
    </message>
    <message>
        <source>symmetric STDP</source>
        <translation>symmetrische STDP</translation>
    </message>
    <message>
        <source>three factors</source>
        <translation>drei Faktoren</translation>
    </message>
    <message>
        <source>Largest weight</source>
        <translation>Größtes Gewicht</translation>
    </message>
    <message>
        <source>Kept as</source>
        <translation>Gehalten als</translation>
    </message>
    <message>
        <source>Homeostatic scaling</source>
        <translation>Homöostatische Skalierung</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>on</source>
        <translation>an</translation>
    </message>
    <message>
        <source>Target rate</source>
        <translation>Zielrate</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>Periode</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>Wahrscheinlichkeit</translation>
    </message>
    <message>
        <source>Sources of each neuron</source>
        <translation>Quellen je Neuron</translation>
    </message>
    <message>
        <source>Excitatory reversal potential</source>
        <translation>Erregendes Umkehrpotential</translation>
    </message>
    <message>
        <source>Inhibitory reversal potential</source>
        <translation>Hemmendes Umkehrpotential</translation>
    </message>
    <message>
        <source>Adaptation time constant</source>
        <translation>Zeitkonstante der Anpassung</translation>
    </message>
    <message>
        <source>Adaptation step</source>
        <translation>Anpassungsschritt</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Rate</translation>
    </message>
    <message>
        <source>Drawn</source>
        <translation>Gezogen</translation>
    </message>
    <message>
        <source>at every tick</source>
        <translation>in jedem Takt</translation>
    </message>
    <message>
        <source>once a spike</source>
        <translation>einmal je Spike</translation>
    </message>
    <message>
        <source>Initial weight</source>
        <translation>Anfangsgewicht</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>Delay</source>
        <translation>Verzögerung</translation>
    </message>
    <message>
        <source>Effect</source>
        <translation>Wirkung</translation>
    </message>
    <message>
        <source>excitatory</source>
        <translation>erregend</translation>
    </message>
    <message>
        <source>inhibitory</source>
        <translation>hemmend</translation>
    </message>
    <message>
        <source>Weights stored as</source>
        <translation>Gewichte gespeichert als</translation>
    </message>
    <message>
        <source>Tick</source>
        <translation>Takt</translation>
    </message>
    <message>
        <source>Seed of random connections</source>
        <translation>Startwert zufälliger Verbindungen</translation>
    </message>
    <message>
        <source>integrate and fire</source>
        <translation>Integrieren und Feuern</translation>
    </message>
    <message>
        <source>Poisson source</source>
        <translation>Poisson-Quelle</translation>
    </message>
    <message>
        <source>conductance synapses</source>
        <translation>Leitwertsynapsen</translation>
    </message>
    <message>
        <source>adaptive threshold</source>
        <translation>anpassende Schwelle</translation>
    </message>
    <message>
        <source>Izhikevich</source>
        <translation>Izhikevich</translation>
    </message>
    <message>
        <source>counter</source>
        <translation>Zähler</translation>
    </message>
    <message>
        <source>spike list</source>
        <translation>Spike-Liste</translation>
    </message>
    <message>
        <source>one to one</source>
        <translation>eins zu eins</translation>
    </message>
    <message>
        <source>all to all</source>
        <translation>alle zu allen</translation>
    </message>
    <message>
        <source>with a fixed probability</source>
        <translation>mit fester Wahrscheinlichkeit</translation>
    </message>
    <message>
        <source>a fixed number of sources</source>
        <translation>feste Zahl von Quellen</translation>
    </message>
    <message>
        <source>listed one by one</source>
        <translation>einzeln aufgeführt</translation>
    </message>
    <message>
        <source>leaks</source>
        <translation>Lecks</translation>
    </message>
    <message>
        <source>trained · %1</source>
        <translation>trainiert · %1</translation>
    </message>
</context>
<context>
    <name>SensorDetails</name>
    <message>
        <source>since %1</source>
        <translation>seit %1</translation>
    </message>
    <message>
        <source>%1: its frames are used; %2, health %3</source>
        <translation>%1: Seine Messwerte werden verwendet; %2, Zustand %3</translation>
    </message>
    <message>
        <source>%1: stands by; %2, health %3</source>
        <translation>%1: steht bereit; %2, Zustand %3</translation>
    </message>
    <message>
        <source>No calibration: the readings are raw.</source>
        <translation>Keine Kalibrierung: Die Messwerte sind roh.</translation>
    </message>
    <message>
        <source>Calibration %1, version %2, made %3</source>
        <translation>Kalibrierung %1, Version %2, erstellt %3</translation>
    </message>
    <message>
        <source> by %1</source>
        <translation> von %1</translation>
    </message>
    <message>
        <source>expired %1</source>
        <translation>abgelaufen %1</translation>
    </message>
    <message>
        <source>; good until %1</source>
        <translation>; gültig bis %1</translation>
    </message>
    <message>
        <source>; health %1: %2</source>
        <translation>; Zustand %1: %2</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s), none faulty.</source>
        <translation>
            <numerusform>%n Kanal, nicht gestört.</numerusform>
            <numerusform>%n Kanäle, keiner gestört.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SensorSummary</name>
    <message>
        <source>○ Not connected</source>
        <translation>○ Nicht verbunden</translation>
    </message>
    <message>
        <source>○ Connecting</source>
        <translation>○ Verbindet</translation>
    </message>
    <message>
        <source>◐ Warming up</source>
        <translation>◐ Wärmt auf</translation>
    </message>
    <message>
        <source>● Streaming</source>
        <translation>● Sendet</translation>
    </message>
    <message>
        <source>▲ Sends nothing</source>
        <translation>▲ Sendet nichts</translation>
    </message>
    <message>
        <source>✕ Away, looked for</source>
        <translation>✕ Fehlt, wird gesucht</translation>
    </message>
    <message>
        <source>✕ Failed</source>
        <translation>✕ Fehlgeschlagen</translation>
    </message>
    <message>
        <source>■ Finished</source>
        <translation>■ Beendet</translation>
    </message>
    <message>
        <source>%1 streaming</source>
        <translation>%1 sendend</translation>
    </message>
    <message>
        <source>%1 connecting</source>
        <translation>%1 im Verbindungsaufbau</translation>
    </message>
    <message>
        <source>%1 silent</source>
        <translation>%1 stumm</translation>
    </message>
    <message>
        <source>%1 away</source>
        <translation>%1 fehlend</translation>
    </message>
    <message>
        <source>%1 failed</source>
        <translation>%1 fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1 with faulty channels</source>
        <translation>%1 mit gestörten Kanälen</translation>
    </message>
    <message>
        <source>1 sensor</source>
        <translation>1 Sensor</translation>
    </message>
    <message>
        <source>%1 sensors</source>
        <translation>%1 Sensoren</translation>
    </message>
    <message>
        <source> · %1 frames/s · %2 lost · health %3</source>
        <translation> · %1 Messungen/s · %2 verloren · Zustand %3</translation>
    </message>
    <message numerus="yes">
        <source>%1 and %n other(s)</source>
        <translation>
            <numerusform>%1 und %n weiterer</numerusform>
            <numerusform>%1 und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>stuck</source>
        <translation>hängt fest</translation>
    </message>
    <message>
        <source>at the rail</source>
        <translation>am Anschlag</translation>
    </message>
    <message>
        <source>open or short</source>
        <translation>Unterbrechung oder Kurzschluss</translation>
    </message>
    <message>
        <source>heater off</source>
        <translation>Heizung aus</translation>
    </message>
    <message>
        <source>spikes</source>
        <translation>Störspitzen</translation>
    </message>
    <message>
        <source>noisy</source>
        <translation>verrauscht</translation>
    </message>
    <message>
        <source>drifted</source>
        <translation>abgedriftet</translation>
    </message>
    <message>
        <source>irregular timing</source>
        <translation>unregelmäßiger Takt</translation>
    </message>
</context>
<context>
    <name>Services</name>
    <message>
        <source>Nothing is recognised in this session. Choose a model under Settings, Recognition, and connect again.</source>
        <translation>In dieser Sitzung wird nichts erkannt. Wählen Sie unter Einstellungen, Erkennung ein Modell und verbinden Sie erneut.</translation>
    </message>
    <message>
        <source>The change is kept and saved with the next one.</source>
        <translation>Die Änderung bleibt erhalten und wird mit der nächsten gespeichert.</translation>
    </message>
    <message>
        <source>The default settings are in force. Your file is kept unchanged until a setting is changed here, then under another name.</source>
        <translation>Es gelten die Voreinstellungen. Ihre Datei bleibt unverändert, bis hier eine Einstellung geändert wird, danach unter anderem Namen.</translation>
    </message>
    <message>
        <source>End the session and start the simulated nose again.</source>
        <translation>Beenden Sie die Sitzung und starten Sie die simulierte Nase erneut.</translation>
    </message>
    <message>
        <source>The list of recordings could not be used as it was and was made anew from the recordings.</source>
        <translation>Die Liste der Aufzeichnungen war so nicht zu gebrauchen und wurde aus den Aufzeichnungen neu aufgebaut.</translation>
    </message>
    <message>
        <source>Nothing has to be done. The old list is kept as %1.</source>
        <translation>Es ist nichts zu tun. Die alte Liste liegt als %1 bei.</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>Your name, written into every recording.</source>
        <translation>Ihr Name; er steht in jeder Aufzeichnung.</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Language of the program.</source>
        <translation>Sprache des Programms.</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Light or dark display.</source>
        <translation>Helle oder dunkle Darstellung.</translation>
    </message>
    <message>
        <source>Time on screen</source>
        <translation>Zeit im Bild</translation>
    </message>
    <message>
        <source>How much time the live traces show.</source>
        <translation>Wie viel Zeit die Live-Signale zeigen.</translation>
    </message>
    <message>
        <source>Scroll back</source>
        <translation>Zurückblättern</translation>
    </message>
    <message>
        <source>How far back the live traces can be scrolled. Takes effect with the next session.</source>
        <translation>Wie weit die Live-Signale zurückgeblättert werden können. Gilt ab der nächsten Sitzung.</translation>
    </message>
    <message>
        <source>Connect at the start</source>
        <translation>Beim Start verbinden</translation>
    </message>
    <message>
        <source>Source to connect to when the program starts; empty: ask.</source>
        <translation>Quelle, mit der sich das Programm beim Start verbindet; leer: nachfragen.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Model file (.bnofmodel), or &quot;default&quot; for the one that ships with the program. Takes effect with the next session.</source>
        <translation>Modelldatei (.bnofmodel) oder „default“ für das mitgelieferte Modell. Gilt ab der nächsten Sitzung.</translation>
    </message>
    <message>
        <source>Back end</source>
        <translation>Rechenwerk</translation>
    </message>
    <message>
        <source>What computes the spiking network; automatic takes the fastest on this computer. Results are the same.</source>
        <translation>Was das spikende Netz berechnet; automatisch nimmt das schnellste auf diesem Rechner. Die Ergebnisse sind gleich.</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Where recordings go; empty: BioNeuro in your documents.</source>
        <translation>Wohin Aufzeichnungen kommen; leer: BioNeuro in Ihren Dokumenten.</translation>
    </message>
    <message>
        <source>Compression</source>
        <translation>Kompression</translation>
    </message>
    <message>
        <source>How recordings are compressed. Nothing is lost either way.</source>
        <translation>Wie Aufzeichnungen komprimiert werden. Verloren geht in keinem Fall etwas.</translation>
    </message>
    <message>
        <source>Keep free</source>
        <translation>Freihalten</translation>
    </message>
    <message>
        <source>A recording ends cleanly when less disk space than this is left.</source>
        <translation>Eine Aufzeichnung endet sauber, wenn weniger Speicherplatz frei ist.</translation>
    </message>
    <message>
        <source>Log file</source>
        <translation>Protokolldatei</translation>
    </message>
    <message>
        <source>Append log records to this file; empty: no file.</source>
        <translation>Protokoll an diese Datei anhängen; leer: keine Datei.</translation>
    </message>
    <message>
        <source>General</source>
        <translation>Allgemein</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Erscheinungsbild</translation>
    </message>
    <message>
        <source>Display</source>
        <translation>Anzeige</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation>Erkennung</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Marken</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>wie das System</translation>
    </message>
    <message>
        <source>light</source>
        <translation>hell</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>dunkel</translation>
    </message>
    <message>
        <source>English</source>
        <translation>Englisch</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Deutsch</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>reference (slow, the specification)</source>
        <translation>Referenz (langsam, die Vorgabe)</translation>
    </message>
    <message>
        <source>LZ4</source>
        <translation>LZ4</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Key %1</source>
        <translation>Taste %1</translation>
    </message>
    <message>
        <source>Label of the mark on this key.</source>
        <translation>Beschriftung der Marke auf dieser Taste.</translation>
    </message>
    <message>
        <source>vector (one core)</source>
        <translation>Vektor (ein Kern)</translation>
    </message>
    <message>
        <source>parallel (all cores)</source>
        <translation>parallel (alle Kerne)</translation>
    </message>
    <message>
        <source>CUDA (graphics card)</source>
        <translation>CUDA (Grafikkarte)</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Form of the network&apos;s weights. Adaptive takes as few bits as give the same decisions and is recorded. Takes effect with the next session.</source>
        <translation>Form der Gewichte des Netzes. Anpassend nimmt so wenige Bits, wie dieselben Entscheidungen ergeben, und wird aufgezeichnet. Gilt ab der nächsten Sitzung.</translation>
    </message>
    <message>
        <source>Least agreement</source>
        <translation>Kleinste Übereinstimmung</translation>
    </message>
    <message>
        <source>Adaptive precision: share of decisions that must agree with full precision.</source>
        <translation>Anpassende Genauigkeit: Anteil der Entscheidungen, die mit der vollen Genauigkeit übereinstimmen müssen.</translation>
    </message>
    <message>
        <source>as the model has it</source>
        <translation>wie im Modell</translation>
    </message>
    <message>
        <source>fp32 (32 bits)</source>
        <translation>fp32 (32 Bit)</translation>
    </message>
    <message>
        <source>fp16 (16 bits)</source>
        <translation>fp16 (16 Bit)</translation>
    </message>
    <message>
        <source>int16 (16 bits)</source>
        <translation>int16 (16 Bit)</translation>
    </message>
    <message>
        <source>int8 (8 bits)</source>
        <translation>int8 (8 Bit)</translation>
    </message>
    <message>
        <source>adaptive</source>
        <translation>anpassend</translation>
    </message>
    <message>
        <source>Write a block at least every</source>
        <translation>Einen Block spätestens schreiben nach</translation>
    </message>
    <message>
        <source>Longer blocks make smaller files. Every reading is safe at once, in a file beside the recording.</source>
        <translation>Längere Blöcke ergeben kleinere Dateien. Jeder Messwert ist sofort sicher, in einer Datei neben der Aufzeichnung.</translation>
    </message>
    <message>
        <source>Next file after</source>
        <translation>Nächste Datei ab</translation>
    </message>
    <message>
        <source>A recording goes on in another file when one has this size.</source>
        <translation>Eine Aufzeichnung geht in einer weiteren Datei weiter, wenn eine diese Größe hat.</translation>
    </message>
    <message>
        <source>Next file after a time of</source>
        <translation>Nächste Datei nach</translation>
    </message>
    <message>
        <source>A recording goes on in another file after this time; 0: only by size.</source>
        <translation>Eine Aufzeichnung geht nach dieser Zeit in einer weiteren Datei weiter; 0: nur nach Größe.</translation>
    </message>
    <message>
        <source>Zstandard</source>
        <translation>Zstandard</translation>
    </message>
    <message>
        <source>gzip</source>
        <translation>gzip</translation>
    </message>
    <message>
        <source>Warn when there is room for</source>
        <translation>Warnen bei Platz für</translation>
    </message>
    <message>
        <source>A warning is given when the disk holds a recording for less than this at the rate of the last minute; 0: never.</source>
        <translation>Es wird gewarnt, wenn der Datenträger bei der Rate der letzten Minute für weniger als dies reicht; 0: nie.</translation>
    </message>
    <message>
        <source>Check recordings when idle</source>
        <translation>Bei Leerlauf prüfen</translation>
    </message>
    <message>
        <source>Computes the SHA-256 of recordings and checks every byte while nothing else runs.</source>
        <translation>Berechnet die SHA-256 der Aufzeichnungen und prüft jedes Byte, solange sonst nichts läuft.</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Rolle</translation>
    </message>
    <message>
        <source>An operator runs, marks, acknowledges and exports; an engineer changes settings, models, networks, protocols and calibrations, too.</source>
        <translation>Ein Bediener führt Läufe durch, markiert, quittiert und exportiert; ein Ingenieur ändert auch Einstellungen, Modelle, Netze, Protokolle und Kalibrierungen.</translation>
    </message>
    <message>
        <source>PIN for engineers</source>
        <translation>PIN für Ingenieure</translation>
    </message>
    <message>
        <source>What an operator has to enter to become an engineer. Only a salted hash of it is kept; it guards against mistakes, not against who may write the settings file.</source>
        <translation>Was ein Bediener eingeben muss, um Ingenieur zu werden. Gespeichert wird nur ein gesalzener Hash davon; die PIN schützt vor Versehen, nicht vor jemandem, der die Einstellungsdatei schreiben darf.</translation>
    </message>
    <message>
        <source>Folder of models</source>
        <translation>Ordner der Modelle</translation>
    </message>
    <message>
        <source>Where trained models are kept; empty: among this user&apos;s data.</source>
        <translation>Wo trainierte Modelle aufbewahrt werden; leer: bei den Daten dieses Benutzers.</translation>
    </message>
</context>
<context>
    <name>TableCopy</name>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
</context>
<context>
    <name>Verdict</name>
    <message>
        <source>shrinkage LDA</source>
        <translation>Shrinkage-LDA</translation>
    </message>
    <message>
        <source>nearest template</source>
        <translation>nächste Schablone</translation>
    </message>
    <message>
        <source>always the most frequent gas</source>
        <translation>immer das häufigste Gas</translation>
    </message>
    <message>
        <source>support vector machine</source>
        <translation>Stützvektormaschine</translation>
    </message>
    <message>
        <source>random forest</source>
        <translation>Zufallswald</translation>
    </message>
    <message>
        <source>nearest neighbours</source>
        <translation>nächste Nachbarn</translation>
    </message>
    <message>
        <source>%1 points, 95 % interval %2 to %3</source>
        <translation>%1 Punkte, 95-%-Intervall %2 bis %3</translation>
    </message>
    <message>
        <source>Better than shrinkage LDA on the same answers (%1).</source>
        <translation>Besser als Shrinkage-LDA bei denselben Antworten (%1).</translation>
    </message>
    <message>
        <source>Shrinkage LDA is better on the same answers (%1): use it, or record more exposures.</source>
        <translation>Shrinkage-LDA ist bei denselben Antworten besser (%1): nehmen Sie sie, oder zeichnen Sie mehr Expositionen auf.</translation>
    </message>
    <message>
        <source>No difference to shrinkage LDA can be shown on these answers (%1).</source>
        <translation>An diesen Antworten lässt sich kein Unterschied zur Shrinkage-LDA zeigen (%1).</translation>
    </message>
    <message>
        <source>first right answer after %1 s</source>
        <translation>erste richtige Antwort nach %1 s</translation>
    </message>
    <message>
        <source>right for good after %1 s</source>
        <translation>dauerhaft richtig nach %1 s</translation>
    </message>
    <message>
        <source>%1 false alarms an hour in clean air</source>
        <translation>%1 Fehlalarme je Stunde in reiner Luft</translation>
    </message>
    <message>
        <source>Median: %1.</source>
        <translation>Median: %1.</translation>
    </message>
    <message>
        <source>Right in %1 of the answers on recordings that it was not trained on</source>
        <translation>Richtig bei %1 der Antworten auf Aufzeichnungen, mit denen es nicht trainiert wurde</translation>
    </message>
    <message>
        <source>Right in %1 of the answers on later time that it was not trained on</source>
        <translation>Richtig bei %1 der Antworten auf spätere Zeit, mit der es nicht trainiert wurde</translation>
    </message>
    <message>
        <source> (95 % interval %1 to %2)</source>
        <translation> (95-%-Intervall %1 bis %2)</translation>
    </message>
    <message>
        <source>It says &quot;unknown&quot; in %1 of the answers.</source>
        <translation>Es sagt bei %1 der Antworten „unbekannt“.</translation>
    </message>
    <message>
        <source>Its stated probability is off by %1 on average.</source>
        <translation>Seine angegebene Wahrscheinlichkeit liegt im Mittel um %1 daneben.</translation>
    </message>
    <message>
        <source>%1: concentration off by %2 ppm (root mean square, settled).</source>
        <translation>%1: Konzentration um %2 ppm daneben (quadratisches Mittel, eingeschwungen).</translation>
    </message>
    <message>
        <source>All of this is simulated data: it says nothing about a real nose.</source>
        <translation>All das sind simulierte Daten: Sie sagen nichts über eine echte Nase.</translation>
    </message>
    <message>
        <source>spiking network</source>
        <translation>spikendes Netz</translation>
    </message>
</context>
<context>
    <name>bnof::report::ReportText</name>
    <message>
        <source>share of decisions (%)</source>
        <translation>Anteil der Entscheidungen (%)</translation>
    </message>
    <message>
        <source>Decisions per gas</source>
        <translation>Entscheidungen je Gas</translation>
    </message>
    <message>
        <source>Latency from frame to decision</source>
        <translation>Latenz vom Messwert bis zur Entscheidung</translation>
    </message>
    <message>
        <source>latency (ms)</source>
        <translation>Latenz (ms)</translation>
    </message>
    <message>
        <source>recording time (%1)</source>
        <translation>Aufzeichnungszeit (%1)</translation>
    </message>
    <message>
        <source>no values</source>
        <translation>keine Werte</translation>
    </message>
    <message>
        <source>%1 neurons, %2 Hz</source>
        <translation>%1 Neuronen, %2 Hz</translation>
    </message>
    <message>
        <source>no spikes</source>
        <translation>keine Spikes</translation>
    </message>
    <message>
        <source>100 %</source>
        <translation>100 %</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>keine Angabe</translation>
    </message>
    <message>
        <source>Recording %1, %2 to %3.</source>
        <translation>Aufzeichnung %1, %2 bis %3.</translation>
    </message>
    <message>
        <source>Recording report</source>
        <translation>Bericht zur Aufzeichnung</translation>
    </message>
    <message>
        <source>Recording report · BioNeuro Olfactory Fusion · %1</source>
        <translation>Bericht zur Aufzeichnung · BioNeuro Olfactory Fusion · %1</translation>
    </message>
    <message>
        <source>SIMULATED DATA. This recording comes from a simulated device; it says nothing about any real gas or sensor.</source>
        <translation>SIMULIERTE DATEN. Diese Aufzeichnung stammt von einem simulierten Gerät; sie sagt nichts über ein wirkliches Gas oder einen wirklichen Sensor aus.</translation>
    </message>
    <message>
        <source>DAMAGED RECORDING. Parts of the file could not be used; see “Condition of the file”.</source>
        <translation>BESCHÄDIGTE AUFZEICHNUNG. Teile der Datei konnten nicht verwendet werden; siehe „Zustand der Datei“.</translation>
    </message>
    <message>
        <source>INCOMPLETE RECORDING. The file was not closed properly or was cut off; see “Condition of the file”.</source>
        <translation>UNVOLLSTÄNDIGE AUFZEICHNUNG. Die Datei wurde nicht ordentlich abgeschlossen oder abgeschnitten; siehe „Zustand der Datei“.</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>Began</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source> (simulated)</source>
        <translation> (simuliert)</translation>
    </message>
    <message>
        <source>Channels (%1): %2</source>
        <translation>Kanäle (%1): %2</translation>
    </message>
    <message>
        <source>%1 frames, %2 Hz on average</source>
        <translation>%1 Messwerte, %2 Hz im Mittel</translation>
    </message>
    <message>
        <source>Source %1 (recognised)</source>
        <translation>Quelle %1 (erkannt)</translation>
    </message>
    <message>
        <source>Source %1</source>
        <translation>Quelle %1</translation>
    </message>
    <message>
        <source>Recogniser</source>
        <translation>Erkenner</translation>
    </message>
    <message>
        <source>No recogniser was running during this recording.</source>
        <translation>Während dieser Aufzeichnung lief kein Erkenner.</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>spiking network, tick %1 ms</source>
        <translation>spikendes Netz, Takt %1 ms</translation>
    </message>
    <message>
        <source>Back end</source>
        <translation>Rechenwerk</translation>
    </message>
    <message>
        <source>Gases</source>
        <translation>Gase</translation>
    </message>
    <message>
        <source>Layers (neurons)</source>
        <translation>Schichten (Neuronen)</translation>
    </message>
    <message>
        <source>Recording UUID</source>
        <translation>UUID der Aufzeichnung</translation>
    </message>
    <message>
        <source>Recorded by</source>
        <translation>Aufgezeichnet mit</translation>
    </message>
    <message>
        <source>version %1</source>
        <translation>Version %1</translation>
    </message>
    <message>
        <source>Report made by</source>
        <translation>Bericht erstellt mit</translation>
    </message>
    <message>
        <source>Counts and losses</source>
        <translation>Zählungen und Verluste</translation>
    </message>
    <message>
        <source>Frames recorded</source>
        <translation>Aufgezeichnete Messwerte</translation>
    </message>
    <message>
        <source>Frames dropped</source>
        <translation>Verlorene Messwerte</translation>
    </message>
    <message>
        <source>lost before they could be recorded</source>
        <translation>verloren, bevor sie aufgezeichnet werden konnten</translation>
    </message>
    <message>
        <source>Frames not recognised</source>
        <translation>Nicht erkannte Messwerte</translation>
    </message>
    <message>
        <source>recorded but not shown to the recogniser</source>
        <translation>aufgezeichnet, aber dem Erkenner nicht gezeigt</translation>
    </message>
    <message>
        <source>Skipped lines</source>
        <translation>Übersprungene Zeilen</translation>
    </message>
    <message>
        <source>%1 bytes that could not be understood</source>
        <translation>%1 unverständliche Byte</translation>
    </message>
    <message>
        <source>Gaps</source>
        <translation>Lücken</translation>
    </message>
    <message>
        <source>%1 without data</source>
        <translation>%1 ohne Daten</translation>
    </message>
    <message>
        <source>Recogniser resets</source>
        <translation>Neustarts des Erkenners</translation>
    </message>
    <message>
        <source>Spikes</source>
        <translation>Spikes</translation>
    </message>
    <message>
        <source>Decisions</source>
        <translation>Entscheidungen</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Marken</translation>
    </message>
    <message>
        <source>Counter</source>
        <translation>Zähler</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>Meaning</source>
        <translation>Bedeutung</translation>
    </message>
    <message>
        <source>Sensor traces</source>
        <translation>Sensorsignale</translation>
    </message>
    <message>
        <source>Source %1 delivered no frames.</source>
        <translation>Quelle %1 hat keine Messwerte geliefert.</translation>
    </message>
    <message>
        <source>Channels %1 to %2 of source %3 (%4): minimum and maximum of every time column, each lane on its own scale (highest and lowest value at the right). Dashed, numbered lines are marks; hatched areas are gaps.</source>
        <translation>Kanäle %1 bis %2 der Quelle %3 (%4): Minimum und Maximum jeder Zeitspalte, jede Spur mit eigener Skala (höchster und niedrigster Wert rechts). Gestrichelte, nummerierte Linien sind Marken; schraffierte Flächen sind Lücken.</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Quantity</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>Einheit</translation>
    </message>
    <message>
        <source>Gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>Lowest</source>
        <translation>Niedrigster</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Highest</source>
        <translation>Höchster</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>Fehlend</translation>
    </message>
    <message>
        <source>Network activity</source>
        <translation>Aktivität des Netzes</translation>
    </message>
    <message>
        <source>Spike density by layer: the darker, the more spikes per time column and group of neurons (square-root scale, each layer on its own); neuron number upwards, mean rate per neuron beside the layer&apos;s name.</source>
        <translation>Spikedichte je Schicht: je dunkler, desto mehr Spikes je Zeitspalte und Neuronengruppe (Wurzelskala, jede Schicht für sich); Neuronennummer nach oben, mittlere Rate je Neuron neben dem Namen der Schicht.</translation>
    </message>
    <message>
        <source>Decisions over time</source>
        <translation>Entscheidungen im Zeitverlauf</translation>
    </message>
    <message>
        <source>Decided gas over time. A bar&apos;s height is the mean confidence, for “unknown” the novelty.</source>
        <translation>Entschiedenes Gas im Zeitverlauf. Die Höhe eines Balkens ist die mittlere Sicherheit, bei „unbekannt“ die Neuheit.</translation>
    </message>
    <message>
        <source>%1 (%2 to %3)</source>
        <translation>%1 (%2 bis %3)</translation>
    </message>
    <message>
        <source>%1 (background)</source>
        <translation>%1 (Hintergrund)</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>Episodes</source>
        <translation>Episoden</translation>
    </message>
    <message>
        <source>First at (s)</source>
        <translation>Zuerst bei (s)</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Sicherheit</translation>
    </message>
    <message>
        <source>Concentration (ppm)</source>
        <translation>Konzentration (ppm)</translation>
    </message>
    <message>
        <source>Confidence is the mean probability of the decided gas, for “unknown” the mean novelty. Concentration is the mean with the lowest and highest estimate. An episode is a run of equal decisions.</source>
        <translation>Sicherheit ist die mittlere Wahrscheinlichkeit des entschiedenen Gases, bei „unbekannt“ die mittlere Neuheit. Konzentration ist das Mittel mit niedrigster und höchster Schätzung. Eine Episode ist eine Folge gleicher Entscheidungen.</translation>
    </message>
    <message>
        <source>Share of decisions per gas, and the time from the arrival of a frame to its decision (median %1, 99th percentile %2).</source>
        <translation>Anteil der Entscheidungen je Gas und die Zeit vom Eintreffen eines Messwerts bis zur Entscheidung (Median %1, 99. Perzentil %2).</translation>
    </message>
    <message>
        <source>No marks were set.</source>
        <translation>Es wurden keine Marken gesetzt.</translation>
    </message>
    <message>
        <source>(no label)</source>
        <translation>(ohne Beschriftung)</translation>
    </message>
    <message>
        <source>Time (s)</source>
        <translation>Zeit (s)</translation>
    </message>
    <message>
        <source>Local time</source>
        <translation>Ortszeit</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Beschriftung</translation>
    </message>
    <message>
        <source>%1 further marks are not listed here; the recording holds them all.</source>
        <translation>%1 weitere Marken sind hier nicht aufgeführt; die Aufzeichnung enthält alle.</translation>
    </message>
    <message>
        <source>Gaps and remarks</source>
        <translation>Lücken und Bemerkungen</translation>
    </message>
    <message>
        <source>Gap</source>
        <translation>Lücke</translation>
    </message>
    <message>
        <source>no data for %1</source>
        <translation>keine Daten für %1</translation>
    </message>
    <message>
        <source>no data for %1: %2</source>
        <translation>keine Daten für %1: %2</translation>
    </message>
    <message>
        <source>Recogniser reset</source>
        <translation>Neustart des Erkenners</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>Bemerkung</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>%1 further entries are not listed here; the recording holds them all.</source>
        <translation>%1 weitere Einträge sind hier nicht aufgeführt; die Aufzeichnung enthält alle.</translation>
    </message>
    <message>
        <source>Condition of the file</source>
        <translation>Zustand der Datei</translation>
    </message>
    <message>
        <source>The file is complete: every byte was checked and every checksum is right.</source>
        <translation>Die Datei ist vollständig: Jedes Byte wurde geprüft und jede Prüfsumme stimmt.</translation>
    </message>
    <message>
        <source>The file was closed properly.</source>
        <translation>Die Datei wurde ordentlich abgeschlossen.</translation>
    </message>
    <message>
        <source>The file was not closed properly or was cut off. Everything before the break is in this report.</source>
        <translation>Die Datei wurde nicht ordentlich abgeschlossen oder abgeschnitten. Alles vor dem Abbruch ist in diesem Bericht.</translation>
    </message>
    <message>
        <source>Damaged chunks: %1. Bytes that could not be used: %2.</source>
        <translation>Beschädigte Blöcke: %1. Nicht verwendbare Byte: %2.</translation>
    </message>
    <message>
        <source>%1 further findings: see `bnof verify`.</source>
        <translation>%1 weitere Befunde: siehe `bnof verify`.</translation>
    </message>
    <message>
        <source>Remarks</source>
        <translation>Bemerkungen</translation>
    </message>
    <message>
        <source>Signatures</source>
        <translation>Unterschriften</translation>
    </message>
    <message>
        <source>Operator, date</source>
        <translation>Bediener, Datum</translation>
    </message>
    <message>
        <source>Reviewed by, date</source>
        <translation>Geprüft von, Datum</translation>
    </message>
    <message>
        <source>Approved by, date</source>
        <translation>Freigegeben von, Datum</translation>
    </message>
    <message>
        <source>Page %1 of %2</source>
        <translation>Seite %1 von %2</translation>
    </message>
    <message>
        <source>Page %1</source>
        <translation>Seite %1</translation>
    </message>
    <message>
        <source>Figure %1. %2</source>
        <translation>Abbildung %1. %2</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1:%2 min</source>
        <translation>%1:%2 min</translation>
    </message>
    <message>
        <source>%1:%2:%3 h</source>
        <translation>%1:%2:%3 h</translation>
    </message>
    <message>
        <source>s</source>
        <translation>s</translation>
    </message>
    <message>
        <source>min:s</source>
        <translation>min:s</translation>
    </message>
    <message>
        <source>h:min:s</source>
        <translation>h:min:s</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>receptor</source>
        <translation>Rezeptoren</translation>
    </message>
    <message>
        <source>projection</source>
        <translation>Projektion</translation>
    </message>
    <message>
        <source>local</source>
        <translation>lokal</translation>
    </message>
    <message>
        <source>Kenyon</source>
        <translation>Kenyon</translation>
    </message>
    <message>
        <source>output</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>%1 bytes</source>
        <translation>%1 Byte</translation>
    </message>
    <message>
        <source>created</source>
        <translation>angelegt</translation>
    </message>
    <message>
        <source>description changed</source>
        <translation>Beschreibung geändert</translation>
    </message>
    <message>
        <source>repaired</source>
        <translation>repariert</translation>
    </message>
    <message>
        <source>imported</source>
        <translation>importiert</translation>
    </message>
    <message>
        <source>training of the model: %1</source>
        <translation>Training des Modells: %1</translation>
    </message>
    <message>
        <source>network of the model: %1</source>
        <translation>Netz des Modells: %1</translation>
    </message>
    <message>
        <source>source %1: %2</source>
        <translation>Quelle %1: %2</translation>
    </message>
    <message>
        <source>The recording is not intact; see “Condition of the file”.</source>
        <translation>Die Aufzeichnung ist nicht unversehrt; siehe „Zustand der Datei“.</translation>
    </message>
    <message>
        <source>The recording&apos;s audit trail was altered; see “Audit trail”.</source>
        <translation>Das Prüfprotokoll der Aufzeichnung wurde verändert; siehe „Prüfprotokoll“.</translation>
    </message>
    <message>
        <source>Frames were lost before they could be recorded: %1.</source>
        <translation>Vor der Aufzeichnung verlorene Messwerte: %1.</translation>
    </message>
    <message>
        <source>Frames were recorded but not shown to the recogniser: %1.</source>
        <translation>Aufgezeichnete, aber dem Erkenner nicht gezeigte Messwerte: %1.</translation>
    </message>
    <message>
        <source>The device sent bytes that could not be understood: %1.</source>
        <translation>Unverständliche Bytes vom Gerät: %1.</translation>
    </message>
    <message>
        <source>There are gaps in the data: %1, together %2.</source>
        <translation>Lücken in den Daten: %1, zusammen %2.</translation>
    </message>
    <message>
        <source>The model in the recording is not the one that its description names.</source>
        <translation>Das Modell in der Aufzeichnung ist nicht das, das ihre Beschreibung nennt.</translation>
    </message>
    <message>
        <source>The recording does not hold the model that made its decisions.</source>
        <translation>Die Aufzeichnung enthält das Modell nicht, das ihre Entscheidungen traf.</translation>
    </message>
    <message>
        <source>The model was trained on simulated data.</source>
        <translation>Das Modell wurde mit simulierten Daten trainiert.</translation>
    </message>
    <message>
        <source>The decisions could not be proven by a replay; see “Proof by replay”.</source>
        <translation>Die Entscheidungen konnten durch Wiedergabe nicht bewiesen werden; siehe „Beweis durch Wiedergabe“.</translation>
    </message>
    <message>
        <source>A replay gave other spikes or decisions than were recorded; see “Proof by replay”.</source>
        <translation>Eine Wiedergabe ergab andere Spikes oder Entscheidungen als aufgezeichnet; siehe „Beweis durch Wiedergabe“.</translation>
    </message>
    <message>
        <source>The decisions were not proven by a replay when this report was made.</source>
        <translation>Die Entscheidungen wurden für diesen Bericht nicht durch Wiedergabe bewiesen.</translation>
    </message>
    <message>
        <source>The recording was made by another version of the program than this report.</source>
        <translation>Die Aufzeichnung stammt von einer anderen Programmversion als dieser Bericht.</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>None: nothing was lost, every checksum is right, and a replay gave the recorded result wherever there was one to compare.</source>
        <translation>Keine: Es ging nichts verloren, jede Prüfsumme stimmt, und wo es ein Ergebnis zu vergleichen gab, hat die Wiedergabe das aufgezeichnete ergeben.</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>recording</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>recording, file %1 of %2</source>
        <translation>Aufzeichnung, Datei %1 von %2</translation>
    </message>
    <message>
        <source>recording, all files in order</source>
        <translation>Aufzeichnung, alle Dateien der Reihe nach</translation>
    </message>
    <message>
        <source>model in the recording</source>
        <translation>Modell in der Aufzeichnung</translation>
    </message>
    <message>
        <source>model that the description names</source>
        <translation>in der Beschreibung genanntes Modell</translation>
    </message>
    <message>
        <source>state of the recogniser at the start</source>
        <translation>Zustand des Erkenners zu Beginn</translation>
    </message>
    <message>
        <source>settings in force</source>
        <translation>geltende Einstellungen</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Byte</translation>
    </message>
    <message>
        <source>SHA-256</source>
        <translation>SHA-256</translation>
    </message>
    <message>
        <source>Versions, seeds and calibration</source>
        <translation>Versionen, Startwerte und Kalibrierung</translation>
    </message>
    <message>
        <source>Sources SHA-256</source>
        <translation>SHA-256 des Quelltexts</translation>
    </message>
    <message>
        <source>Model trained by</source>
        <translation>Modell trainiert mit</translation>
    </message>
    <message>
        <source>Training data SHA-256</source>
        <translation>SHA-256 der Trainingsdaten</translation>
    </message>
    <message>
        <source>Seeds</source>
        <translation>Startwerte</translation>
    </message>
    <message>
        <source>none were used</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>Kalibrierung</translation>
    </message>
    <message>
        <source>none in the recording: values are as the devices sent them</source>
        <translation>keine in der Aufzeichnung: Werte wie von den Geräten gesendet</translation>
    </message>
    <message>
        <source>Proof by replay</source>
        <translation>Beweis durch Wiedergabe</translation>
    </message>
    <message>
        <source>There is nothing to prove: no recogniser was running.</source>
        <translation>Es gibt nichts zu beweisen: Es lief kein Erkenner.</translation>
    </message>
    <message>
        <source>Spikes, recorded</source>
        <translation>Spikes, aufgezeichnet</translation>
    </message>
    <message>
        <source>Spikes, computed again</source>
        <translation>Spikes, neu berechnet</translation>
    </message>
    <message>
        <source>Decisions, recorded</source>
        <translation>Entscheidungen, aufgezeichnet</translation>
    </message>
    <message>
        <source>Decisions, computed again</source>
        <translation>Entscheidungen, neu berechnet</translation>
    </message>
    <message>
        <source>Stream</source>
        <translation>Strom</translation>
    </message>
    <message>
        <source>The recording was not replayed when this report was made. “bnof replay” computes the streams again; their hashes must be those above.</source>
        <translation>Für diesen Bericht wurde die Aufzeichnung nicht wiedergegeben. „bnof replay“ berechnet die Ströme neu; ihre Prüfsummen müssen die obigen sein.</translation>
    </message>
    <message>
        <source>NOT PROVEN. The recording could not be replayed: %1</source>
        <translation>NICHT BEWIESEN. Die Aufzeichnung konnte nicht wiedergegeben werden: %1</translation>
    </message>
    <message>
        <source>Match: the whole recording was computed again from its frames with the model in it, on the back end “%1” (%2 frames, %3 spikes, %4 decisions), and every spike and every decision is the recorded one, bit for bit.</source>
        <translation>Übereinstimmung: Die ganze Aufzeichnung wurde aus ihren Messwerten mit dem enthaltenen Modell auf dem Rechenwerk „%1“ neu berechnet (%2 Messwerte, %3 Spikes, %4 Entscheidungen), und jeder Spike und jede Entscheidung gleicht Bit für Bit dem Aufgezeichneten.</translation>
    </message>
    <message>
        <source>NO MATCH on the back end “%1”. %2</source>
        <translation>KEINE ÜBEREINSTIMMUNG auf dem Rechenwerk „%1“. %2</translation>
    </message>
    <message>
        <source>NOT PROVEN. %1</source>
        <translation>NICHT BEWIESEN. %1</translation>
    </message>
    <message>
        <source>Audit trail</source>
        <translation>Prüfprotokoll</translation>
    </message>
    <message>
        <source>The recording holds no audit trail.</source>
        <translation>Die Aufzeichnung enthält kein Prüfprotokoll.</translation>
    </message>
    <message>
        <source>account %1</source>
        <translation>Konto %1</translation>
    </message>
    <message>
        <source>%1 (account %2)</source>
        <translation>%1 (Konto %2)</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Wer</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>SHA-256 begins with</source>
        <translation>SHA-256 beginnt mit</translation>
    </message>
    <message>
        <source>The chain is unbroken: %1 entries, the last with SHA-256 %2.</source>
        <translation>Die Kette ist lückenlos: %1 Einträge, der letzte mit SHA-256 %2.</translation>
    </message>
    <message>
        <source>ALTERED. %1</source>
        <translation>VERÄNDERT. %1</translation>
    </message>
    <message>
        <source>Settings in force</source>
        <translation>Geltende Einstellungen</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>Einstellung</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>How to make this report again</source>
        <translation>So entsteht dieser Bericht noch einmal</translation>
    </message>
    <message>
        <source>From the same recording the same version of the program makes the same bytes: %1</source>
        <translation>Aus derselben Aufzeichnung macht dieselbe Programmversion dieselben Bytes: %1</translation>
    </message>
    <message>
        <source>Recording %1</source>
        <translation>Aufzeichnung %1</translation>
    </message>
    <message>
        <source>The calibration of source %1 was expired.</source>
        <translation>Die Kalibrierung von Quelle %1 war abgelaufen.</translation>
    </message>
    <message>
        <source>calibration of source %1</source>
        <translation>Kalibrierung von Quelle %1</translation>
    </message>
    <message>
        <source>source %1: “%2”, version %3, made %4</source>
        <translation>Quelle %1: „%2“, Version %3, erstellt %4</translation>
    </message>
    <message>
        <source> by %1</source>
        <translation> von %1</translation>
    </message>
    <message>
        <source>, valid until %1</source>
        <translation>, gültig bis %1</translation>
    </message>
    <message>
        <source> (EXPIRED when the recording ended)</source>
        <translation> (ABGELAUFEN, als die Aufzeichnung endete)</translation>
    </message>
    <message>
        <source>Channel fault</source>
        <translation>Gestörter Kanal</translation>
    </message>
    <message>
        <source>Recorded values are as the devices sent them; a calibration is applied on top of them.</source>
        <translation>Aufgezeichnet sind die Werte, wie die Geräte sie sendeten; eine Kalibrierung wird darauf angewendet.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>Spiking network with two pathways (mushroom body and lateral horn)</source>
        <translation>Spikendes Netz mit zwei Wegen (Pilzkörper und laterales Horn)</translation>
    </message>
    <message>
        <source>Shrinkage linear discriminant analysis</source>
        <translation>Lineare Diskriminanzanalyse mit Shrinkage</translation>
    </message>
    <message>
        <source>Nearest template</source>
        <translation>Nächste Schablone</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>Modellkarte</translation>
    </message>
    <message>
        <source>This model was trained on simulated data: its figures say nothing about a real nose.</source>
        <translation>Dieses Modell wurde mit simulierten Daten trainiert: Seine Zahlen sagen nichts über eine echte Nase.</translation>
    </message>
    <message>
        <source>This model carries no figures of held-out data: nothing is known of how well it recognises.</source>
        <translation>Dieses Modell trägt keine Zahlen zurückgehaltener Daten: Wie gut es erkennt, ist nicht bekannt.</translation>
    </message>
    <message>
        <source>The model</source>
        <translation>Das Modell</translation>
    </message>
    <message>
        <source>Concentrations</source>
        <translation>Konzentrationen</translation>
    </message>
    <message>
        <source>A decision every</source>
        <translation>Eine Entscheidung alle</translation>
    </message>
    <message>
        <source>Neurons</source>
        <translation>Neuronen</translation>
    </message>
    <message>
        <source>Size of the file</source>
        <translation>Größe der Datei</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Made by program version</source>
        <translation>Erstellt mit Programmversion</translation>
    </message>
    <message>
        <source>SHA-256 of the file</source>
        <translation>SHA-256 der Datei</translation>
    </message>
    <message>
        <source>What it was trained on</source>
        <translation>Womit es trainiert wurde</translation>
    </message>
    <message>
        <source>Data set</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>SHA-256 of the training data</source>
        <translation>SHA-256 der Trainingsdaten</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>Zeilen</translation>
    </message>
    <message>
        <source>What held-out data said</source>
        <translation>Was zurückgehaltene Daten sagten</translation>
    </message>
    <message>
        <source>Every recording tested once what the others taught. Answers are never split by row.</source>
        <translation>Jede Aufzeichnung prüfte einmal, was die anderen lehrten. Antworten werden nie nach Zeilen geteilt.</translation>
    </message>
    <message>
        <source>The later part of every recording tested what the earlier part taught. Answers are never split by row.</source>
        <translation>Der spätere Teil jeder Aufzeichnung prüfte, was der frühere lehrte. Antworten werden nie nach Zeilen geteilt.</translation>
    </message>
    <message>
        <source>Spiking network</source>
        <translation>Spikendes Netz</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>95 % interval</source>
        <translation>95-%-Intervall</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Ausgewogen</translation>
    </message>
    <message>
        <source>Macro F1</source>
        <translation>Makro-F1</translation>
    </message>
    <message>
        <source>Settled</source>
        <translation>Eingeschwungen</translation>
    </message>
    <message>
        <source>Median time to the first right answer</source>
        <translation>Median der Zeit bis zur ersten richtigen Antwort</translation>
    </message>
    <message>
        <source>Median time to the stable right answer</source>
        <translation>Median der Zeit bis zur bleibend richtigen Antwort</translation>
    </message>
    <message>
        <source>False alarms an hour in clean air</source>
        <translation>Fehlalarme je Stunde in reiner Luft</translation>
    </message>
    <message>
        <source>%1: error of the concentration, settled</source>
        <translation>%1: Fehler der Konzentration, eingeschwungen</translation>
    </message>
    <message>
        <source>Stated probability is off by</source>
        <translation>Angegebene Wahrscheinlichkeit liegt daneben um</translation>
    </message>
    <message>
        <source>Answers called unknown</source>
        <translation>Antworten „unbekannt“</translation>
    </message>
    <message>
        <source>Which gas was taken for which</source>
        <translation>Welches Gas für welches gehalten wurde</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Richtig</translation>
    </message>
    <message>
        <source>Taken for</source>
        <translation>Gehalten für</translation>
    </message>
    <message>
        <source>Target gas</source>
        <translation>Zielgas</translation>
    </message>
    <message>
        <source>What it is not for</source>
        <translation>Wofür es nicht taugt</translation>
    </message>
    <message>
        <source>It knows the gases above, with the sensors above. Other gases are meant to be answered with &quot;unknown&quot;, which is not certain. Sensors drift: recalibrate with one puff per gas and compare. It is not a certified safety device.</source>
        <translation>Es kennt die obigen Gase mit den obigen Sensoren. Andere Gase sollen mit „unbekannt“ beantwortet werden, was nicht sicher ist. Sensoren driften: Kalibrieren Sie mit einem Stoß je Gas nach und vergleichen Sie. Es ist kein zertifiziertes Sicherheitsgerät.</translation>
    </message>
    <message>
        <source>Shrinkage LDA</source>
        <translation>Shrinkage-LDA</translation>
    </message>
    <message>
        <source>Always the most frequent gas</source>
        <translation>Immer das häufigste Gas</translation>
    </message>
    <message>
        <source>Model %1</source>
        <translation>Modell %1</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>eingehalten</translation>
    </message>
    <message>
        <source>not known yet</source>
        <translation>noch nicht bekannt</translation>
    </message>
    <message>
        <source>BROKEN</source>
        <translation>VERLETZT</translation>
    </message>
    <message>
        <source>split: a hash of seed and exposure decides who answers it</source>
        <translation>Aufteilung: eine Prüfsumme aus Startwert und Exposition entscheidet, wer antwortet</translation>
    </message>
    <message>
        <source>blocks: the variants take turns in blocks of four, in an order drawn from the seed</source>
        <translation>Blöcke: die Varianten wechseln sich in Viererblöcken ab, in einer aus dem Startwert gezogenen Reihenfolge</translation>
    </message>
    <message>
        <source>shadow: both variants answer every exposure, only A acts</source>
        <translation>Schatten: beide Varianten beantworten jede Exposition, nur A handelt</translation>
    </message>
    <message>
        <source>Comparison of two recognisers</source>
        <translation>Vergleich zweier Erkenner</translation>
    </message>
    <message>
        <source>A guardrail is broken: %1 (%2)</source>
        <translation>Eine Leitplanke ist verletzt: %1 (%2)</translation>
    </message>
    <message>
        <source>This is analysis %1 of the experiment: its plan was changed after an earlier one had begun. All are listed below.</source>
        <translation>Dies ist Auswertung %1 des Experiments: sein Plan wurde geändert, nachdem eine frühere begonnen hatte. Alle sind unten aufgeführt.</translation>
    </message>
    <message>
        <source>The variants</source>
        <translation>Die Varianten</translation>
    </message>
    <message>
        <source>A, the champion</source>
        <translation>A, der Amtsinhaber</translation>
    </message>
    <message>
        <source>SHA-256 of model A</source>
        <translation>SHA-256 von Modell A</translation>
    </message>
    <message>
        <source>B, the challenger</source>
        <translation>B, der Herausforderer</translation>
    </message>
    <message>
        <source>SHA-256 of model B</source>
        <translation>SHA-256 von Modell B</translation>
    </message>
    <message>
        <source>The plan, locked before the first exposure</source>
        <translation>Der Plan, vor der ersten Exposition festgelegt</translation>
    </message>
    <message>
        <source>SHA-256 of the locked plan</source>
        <translation>SHA-256 des festgelegten Plans</translation>
    </message>
    <message>
        <source>Primary metric</source>
        <translation>Hauptkennzahl</translation>
    </message>
    <message>
        <source>accuracy over exposures, B less A</source>
        <translation>Trefferquote über Expositionen, B minus A</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Looks</source>
        <translation>Blicke</translation>
    </message>
    <message>
        <source>once, when the data had ended</source>
        <translation>einmal, am Ende der Daten</translation>
    </message>
    <message>
        <source>after every exposure (always valid)</source>
        <translation>nach jeder Exposition (immer gültig)</translation>
    </message>
    <message>
        <source>group of exposures (day, batch, recording)</source>
        <translation>Gruppe von Expositionen (Tag, Charge, Aufzeichnung)</translation>
    </message>
    <message>
        <source>exposure</source>
        <translation>Exposition</translation>
    </message>
    <message>
        <source>False verdicts allowed</source>
        <translation>Erlaubte Fehlurteile</translation>
    </message>
    <message>
        <source>Difference that does not matter</source>
        <translation>Unterschied, auf den es nicht ankommt</translation>
    </message>
    <message>
        <source>%1 percentage points</source>
        <translation>%1 Prozentpunkte</translation>
    </message>
    <message>
        <source>Difference that should be found</source>
        <translation>Unterschied, der gefunden werden soll</translation>
    </message>
    <message>
        <source>%1 percentage points, with %2 power</source>
        <translation>%1 Prozentpunkte, mit Teststärke %2</translation>
    </message>
    <message>
        <source>Exposures that this takes</source>
        <translation>Nötige Expositionen</translation>
    </message>
    <message>
        <source>Time limit for a frame</source>
        <translation>Zeitgrenze für ein Datenbild</translation>
    </message>
    <message>
        <source>What so many exposures could show was known before: %1</source>
        <translation>Was so viele Expositionen zeigen können, war vorher bekannt: %1</translation>
    </message>
    <message>
        <source>The data</source>
        <translation>Die Daten</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>SHA-256 of data set %1</source>
        <translation>SHA-256 von Datensatz %1</translation>
    </message>
    <message>
        <source>Exposures</source>
        <translation>Expositionen</translation>
    </message>
    <message>
        <source>Units of the primary test</source>
        <translation>Einheiten des Haupttests</translation>
    </message>
    <message>
        <source>Groups (days, batches, recordings)</source>
        <translation>Gruppen (Tage, Chargen, Aufzeichnungen)</translation>
    </message>
    <message>
        <source>Worth so many independent exposures</source>
        <translation>Entspricht so vielen unabhängigen Expositionen</translation>
    </message>
    <message>
        <source>Exposures without an answer</source>
        <translation>Expositionen ohne Antwort</translation>
    </message>
    <message>
        <source>A %1, B %2; they count as wrong</source>
        <translation>A %1, B %2; sie zählen als falsch</translation>
    </message>
    <message>
        <source>Evidence after every exposure</source>
        <translation>Beleglage nach jeder Exposition</translation>
    </message>
    <message>
        <source>Accuracy of B less that of A in percentage points, with the sequence of intervals that is valid at every look. The dashed lines are the margin.</source>
        <translation>Trefferquote von B minus der von A in Prozentpunkten, mit der Folge von Intervallen, die bei jedem Blick gilt. Gestrichelt: der Unterschied, auf den es nicht ankommt.</translation>
    </message>
    <message>
        <source>Evidence against equal variants: the e-value on a logarithmic scale. Above the dashed line (%1) the plan rejects that both are equally good.</source>
        <translation>Belege gegen gleiche Varianten: der e-Wert, logarithmisch. Über der gestrichelten Linie (%1) verwirft der Plan, dass beide gleich gut sind.</translation>
    </message>
    <message>
        <source>First rejected after</source>
        <translation>Zuerst verworfen nach</translation>
    </message>
    <message>
        <source>%1 exposures</source>
        <translation>%1 Expositionen</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>Difference at the end</source>
        <translation>Unterschied am Ende</translation>
    </message>
    <message>
        <source>%1 percentage points, %2 to %3</source>
        <translation>%1 Prozentpunkte, %2 bis %3</translation>
    </message>
    <message>
        <source>Always-valid p value</source>
        <translation>Immer gültiger p-Wert</translation>
    </message>
    <message>
        <source>Who was right</source>
        <translation>Wer recht hatte</translation>
    </message>
    <message>
        <source>Variant</source>
        <translation>Variante</translation>
    </message>
    <message>
        <source>B right</source>
        <translation>B richtig</translation>
    </message>
    <message>
        <source>B wrong</source>
        <translation>B falsch</translation>
    </message>
    <message>
        <source>A right</source>
        <translation>A richtig</translation>
    </message>
    <message>
        <source>A wrong</source>
        <translation>A falsch</translation>
    </message>
    <message>
        <source>Accuracy of A</source>
        <translation>Trefferquote von A</translation>
    </message>
    <message>
        <source>Accuracy of B</source>
        <translation>Trefferquote von B</translation>
    </message>
    <message>
        <source>Exact McNemar test, looked at once</source>
        <translation>Exakter McNemar-Test, ein Blick</translation>
    </message>
    <message>
        <source>p = %1</source>
        <translation>p = %1</translation>
    </message>
    <message>
        <source>Permutation test, looked at once</source>
        <translation>Permutationstest, ein Blick</translation>
    </message>
    <message>
        <source>Bootstrap interval, looked at once</source>
        <translation>Bootstrap-Intervall, ein Blick</translation>
    </message>
    <message>
        <source>%1 to %2 percentage points, drawn by %3</source>
        <translation>%1 bis %2 Prozentpunkte, gezogen nach %3</translation>
    </message>
    <message>
        <source>group</source>
        <translation>Gruppe</translation>
    </message>
    <message>
        <source>The plan looks once: these figures decide.</source>
        <translation>Der Plan blickt einmal: diese Zahlen entscheiden.</translation>
    </message>
    <message>
        <source>The plan looks after every exposure: the sequence above decides, and these figures stand beside it for comparison.</source>
        <translation>Der Plan blickt nach jeder Exposition: die Folge oben entscheidet, diese Zahlen stehen zum Vergleich daneben.</translation>
    </message>
    <message>
        <source>Every gas by itself</source>
        <translation>Jedes Gas für sich</translation>
    </message>
    <message>
        <source>Recall of A</source>
        <translation>Trefferanteil von A</translation>
    </message>
    <message>
        <source>Recall of B</source>
        <translation>Trefferanteil von B</translation>
    </message>
    <message>
        <source>Only A right</source>
        <translation>Nur A richtig</translation>
    </message>
    <message>
        <source>Only B right</source>
        <translation>Nur B richtig</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>nicht gemessen</translation>
    </message>
    <message>
        <source>%1 J</source>
        <translation>%1 J</translation>
    </message>
    <message>
        <source>What they cost</source>
        <translation>Was sie kosten</translation>
    </message>
    <message>
        <source>Median latency</source>
        <translation>Mittlere Wartezeit</translation>
    </message>
    <message>
        <source>p95</source>
        <translation>p95</translation>
    </message>
    <message>
        <source>p99</source>
        <translation>p99</translation>
    </message>
    <message>
        <source>CPU a decision</source>
        <translation>Rechenzeit je Entscheidung</translation>
    </message>
    <message>
        <source>Spikes a decision</source>
        <translation>Spikes je Entscheidung</translation>
    </message>
    <message>
        <source>Energy</source>
        <translation>Energie</translation>
    </message>
    <message>
        <source>Latency is the CPU time of the slowest decision of an exposure. Energy is that of whole processor packages while a variant ran, where the machine counts it.</source>
        <translation>Die Wartezeit ist die Rechenzeit der langsamsten Entscheidung einer Exposition. Die Energie ist die ganzer Prozessoren, während eine Variante lief, wo der Rechner sie zählt.</translation>
    </message>
    <message>
        <source>Guardrails</source>
        <translation>Leitplanken</translation>
    </message>
    <message>
        <source>Guardrail</source>
        <translation>Leitplanke</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>not asked</source>
        <translation>nicht gefragt</translation>
    </message>
    <message>
        <source>failed: %1</source>
        <translation>ausgefallen: %1</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>keine Antwort</translation>
    </message>
    <message>
        <source>Where they disagree</source>
        <translation>Wo sie verschieden antworten</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>Exposition</translation>
    </message>
    <message>
        <source>At, s</source>
        <translation>Bei, s</translation>
    </message>
    <message>
        <source>A said</source>
        <translation>A sagte</translation>
    </message>
    <message>
        <source>B said</source>
        <translation>B sagte</translation>
    </message>
    <message>
        <source>%1 more are in the experiment&apos;s file.</source>
        <translation>%1 weitere stehen in der Datei des Experiments.</translation>
    </message>
    <message>
        <source>History of plans and decisions</source>
        <translation>Verlauf der Pläne und Entscheidungen</translation>
    </message>
    <message>
        <source>Every entry holds the SHA-256 of the one before it; the chain was checked when the experiment was read. The last entry is %1.</source>
        <translation>Jeder Eintrag enthält die SHA-256 des vorigen; die Kette wurde beim Lesen des Experiments geprüft. Der letzte Eintrag ist %1.</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Analysis</source>
        <translation>Auswertung</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Einzelheit</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Primary test: McNemar&apos;s test as an e-value, a Beta(1, 1) mixture over the share of discordant exposures on which B is right; rejecting at e of 1/alpha at any time keeps false verdicts at or below alpha (Ville&apos;s inequality).</source>
        <translation>Haupttest: McNemar-Test als e-Wert, eine Beta(1, 1)-Mischung über den Anteil der ungleich beantworteten Expositionen, bei denen B recht hat; zu beliebiger Zeit bei e = 1/alpha zu verwerfen, hält Fehlurteile bei höchstens alpha (Ungleichung von Ville).</translation>
    </message>
    <message>
        <source>Interval of the difference: predictable plug-in empirical Bernstein confidence sequence (Waudby-Smith and Ramdas, J. R. Stat. Soc. B 86 (2024) 1-27, theorem 2).</source>
        <translation>Intervall des Unterschieds: empirische Bernstein-Konfidenzfolge mit vorhersagbarem Einsetzen (Waudby-Smith und Ramdas, J. R. Stat. Soc. B 86 (2024) 1-27, Satz 2).</translation>
    </message>
    <message>
        <source>Looked at once: exact McNemar test (Psychometrika 12 (1947) 153-157), permutation of the signs by group, bias-corrected accelerated bootstrap by group (Efron, J. Am. Stat. Assoc. 82 (1987) 171-185).</source>
        <translation>Ein Blick: exakter McNemar-Test (Psychometrika 12 (1947) 153-157), Permutation der Vorzeichen nach Gruppen, BCa-Bootstrap nach Gruppen (Efron, J. Am. Stat. Assoc. 82 (1987) 171-185).</translation>
    </message>
    <message>
        <source>Guardrails: asymptotic confidence sequences for mean latency and energy (Waudby-Smith et al., Ann. Stat. 52 (2024) 2613-2640), e-values for their tails and for every gas, beta-binomial sequences for missing answers (Howard et al., Ann. Stat. 49 (2021) 1055-1080).</source>
        <translation>Leitplanken: asymptotische Konfidenzfolgen für mittlere Wartezeit und Energie (Waudby-Smith u. a., Ann. Stat. 52 (2024) 2613-2640), e-Werte für ihre Ränder und für jedes Gas, Beta-Binomial-Folgen für fehlende Antworten (Howard u. a., Ann. Stat. 49 (2021) 1055-1080).</translation>
    </message>
    <message>
        <source>The program</source>
        <translation>Das Programm</translation>
    </message>
    <message>
        <source>Compared by version</source>
        <translation>Verglichen mit Version</translation>
    </message>
    <message>
        <source>Report by version</source>
        <translation>Bericht von Version</translation>
    </message>
    <message>
        <source>SHA-256 of the sources</source>
        <translation>SHA-256 der Quelltexte</translation>
    </message>
    <message>
        <source>Comparison %1</source>
        <translation>Vergleich %1</translation>
    </message>
    <message>
        <source>exposures</source>
        <translation>Expositionen</translation>
    </message>
    <message>
        <source>1e%1</source>
        <translation>1e%1</translation>
    </message>
</context>
<context>
    <name>bnof::studio::AnchorDialog</name>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>clean air</source>
        <translation>saubere Luft</translation>
    </message>
    <message>
        <source>Seconds of clean air</source>
        <translation>Sekunden sauberer Luft</translation>
    </message>
    <message>
        <source>Seconds to get ready</source>
        <translation>Sekunden zur Vorbereitung</translation>
    </message>
    <message>
        <source>Seconds of each puff</source>
        <translation>Sekunden je Gasstoß</translation>
    </message>
    <message>
        <source>Seconds of clean air between puffs</source>
        <translation>Sekunden sauberer Luft zwischen Gasstößen</translation>
    </message>
    <message>
        <source>&amp;Begin</source>
        <translation>&amp;Beginnen</translation>
    </message>
    <message>
        <source>&amp;Ready</source>
        <translation>Be&amp;reit</translation>
    </message>
    <message>
        <source>Do it &amp;again</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;Leave out</source>
        <translation>A&amp;uslassen</translation>
    </message>
    <message>
        <source>&amp;Give up</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>Re-anchor with one puff per gas</source>
        <translation>Mit einem Gasstoß je Gas neu verankern</translation>
    </message>
    <message>
        <source>The session ended, so nothing was written.</source>
        <translation>Die Sitzung endete; deshalb wurde nichts geschrieben.</translation>
    </message>
    <message>
        <source>Gases of the model</source>
        <translation>Gase des Modells</translation>
    </message>
    <message>
        <source>Gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>Concentration</source>
        <translation>Konzentration</translation>
    </message>
    <message>
        <source>Folder for the training set</source>
        <translation>Ordner für den Trainingssatz</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Durchsuchen…</translation>
    </message>
    <message>
        <source>Choose where the folder is made</source>
        <translation>Wählen, wo der Ordner angelegt wird</translation>
    </message>
    <message>
        <source>&amp;Clean air</source>
        <translation>&amp;Saubere Luft</translation>
    </message>
    <message>
        <source>To get &amp;ready</source>
        <translation>&amp;Vorbereitung</translation>
    </message>
    <message>
        <source>Each &amp;puff</source>
        <translation>Je &amp;Gasstoß</translation>
    </message>
    <message>
        <source>Between p&amp;uffs</source>
        <translation>&amp;Zwischen Gasstößen</translation>
    </message>
    <message>
        <source>&amp;Folder</source>
        <translation>&amp;Ordner</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Countdown</source>
        <translation>Countdown</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
    <message>
        <source> ppm</source>
        <translation> ppm</translation>
    </message>
    <message>
        <source>Concentration of %1 in ppm</source>
        <translation>Konzentration von %1 in ppm</translation>
    </message>
    <message>
        <source>No model recognises anything now: choose one under Settings.</source>
        <translation>Derzeit erkennt kein Modell etwas: Wählen Sie eines unter Einstellungen.</translation>
    </message>
    <message>
        <source>Where the folder is made</source>
        <translation>Wo der Ordner angelegt wird</translation>
    </message>
    <message>
        <source>Connect a sensor first.</source>
        <translation>Erst einen Sensor verbinden.</translation>
    </message>
    <message>
        <source>Choose at least one gas.</source>
        <translation>Mindestens ein Gas auswählen.</translation>
    </message>
    <message>
        <source>This folder exists already: choose another name.</source>
        <translation>Diesen Ordner gibt es schon: Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Next: %1. Press Ready when you are.</source>
        <translation>Als Nächstes: %1. Drücken Sie Bereit, wenn Sie so weit sind.</translation>
    </message>
    <message>
        <source>Get ready: %1</source>
        <translation>Bereitmachen: %1</translation>
    </message>
    <message>
        <source>Clean air</source>
        <translation>Saubere Luft</translation>
    </message>
    <message>
        <source>Puff now: %1</source>
        <translation>Jetzt Gasstoß: %1</translation>
    </message>
    <message>
        <source>Take the gas away. Next: %1</source>
        <translation>Gas wegnehmen. Als Nächstes: %1</translation>
    </message>
    <message>
        <source>Nothing was written.</source>
        <translation>Es wurde nichts geschrieben.</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>Step %1 of %2</source>
        <translation>Schritt %1 von %2</translation>
    </message>
    <message>
        <source> · captured: %1</source>
        <translation> · erfasst: %1</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>The course is not finished: give it up first, or go on.</source>
        <translation>Der Durchgang ist nicht beendet: erst abbrechen oder weitermachen.</translation>
    </message>
    <message>
        <source>Re&amp;calibrate the model</source>
        <translation>Modell &amp;nachkalibrieren</translation>
    </message>
    <message>
        <source>Clean air, then one puff of each gas that the model knows. The labelled frames become a training set, with which the model is moved to today&apos;s sensors, and marks in the recording when one is running.</source>
        <translation>Saubere Luft, dann ein Stoß von jedem Gas, das das Modell kennt. Die beschrifteten Messwerte werden ein Trainingssatz, mit dem das Modell den heutigen Sensoren angepasst wird, und Marken in der Aufzeichnung, wenn eine läuft.</translation>
    </message>
    <message>
        <source>%L1 labelled frames are in %2. Move the model to today&apos;s sensors with them, or train a new one.</source>
        <translation>%L1 beschriftete Messwerte liegen in %2. Passen Sie das Modell damit den heutigen Sensoren an, oder trainieren Sie ein neues.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::CalibrationDialog</name>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>Ne&amp;xt</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>Calibrate a sensor</source>
        <translation>Sensor kalibrieren</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>1  Sensor</source>
        <translation>1  Sensor</translation>
    </message>
    <message>
        <source>2  Clean air</source>
        <translation>2  Saubere Luft</translation>
    </message>
    <message>
        <source>3  Spans</source>
        <translation>3  Prüfgaspunkte</translation>
    </message>
    <message>
        <source>4  Temperature, humidity</source>
        <translation>4  Temperatur, Feuchte</translation>
    </message>
    <message>
        <source>5  Before and after</source>
        <translation>5  Vorher und nachher</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>Sch&amp;ließen</translation>
    </message>
    <message>
        <source>&amp;Undo %1</source>
        <translation>&amp;Rückgängig: %1</translation>
    </message>
    <message>
        <source>%1, version %2</source>
        <translation>%1, Version %2</translation>
    </message>
    <message>
        <source>, changed</source>
        <translation>, geändert</translation>
    </message>
    <message>
        <source>A new calibration</source>
        <translation>Eine neue Kalibrierung</translation>
    </message>
    <message>
        <source>The calibration is not saved</source>
        <translation>Die Kalibrierung ist nicht gespeichert</translation>
    </message>
    <message>
        <source>Close without saving the calibration?</source>
        <translation>Schließen, ohne die Kalibrierung zu speichern?</translation>
    </message>
    <message>
        <source>What was captured is lost: %1.</source>
        <translation>Das Erfasste geht verloren: %1.</translation>
    </message>
    <message>
        <source>Close without saving</source>
        <translation>Ohne Speichern schließen</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weitermachen</translation>
    </message>
</context>
<context>
    <name>bnof::studio::CalibrationSavePage</name>
    <message>
        <source>ne&amp;ver</source>
        <translation>n&amp;ie</translation>
    </message>
    <message>
        <source>&amp;Save as the next version</source>
        <translation>Als nächste Version &amp;speichern</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>Vorher und nachher</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>R0 before</source>
        <translation>R0 vorher</translation>
    </message>
    <message>
        <source>R0 after</source>
        <translation>R0 nachher</translation>
    </message>
    <message>
        <source>Change, %</source>
        <translation>Änderung, %</translation>
    </message>
    <message>
        <source>Spread, %</source>
        <translation>Streuung, %</translation>
    </message>
    <message>
        <source>Compensated, %</source>
        <translation>Kompensiert, %</translation>
    </message>
    <message>
        <source>Of the clean-air log, without compensation</source>
        <translation>Der Messreihe in sauberer Luft, ohne Kompensation</translation>
    </message>
    <message>
        <source>Of the clean-air log, with compensation</source>
        <translation>Der Messreihe in sauberer Luft, mit Kompensation</translation>
    </message>
    <message>
        <source>Name of the calibration</source>
        <translation>Name der Kalibrierung</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>Date on which it expires</source>
        <translation>Datum, an dem sie abläuft</translation>
    </message>
    <message>
        <source>It never expires</source>
        <translation>Läuft nie ab</translation>
    </message>
    <message>
        <source>Notes on the calibration</source>
        <translation>Notizen zur Kalibrierung</translation>
    </message>
    <message>
        <source>What to mind</source>
        <translation>Zu beachten</translation>
    </message>
    <message>
        <source>Save as the next version</source>
        <translation>Als nächste Version speichern</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>&amp;Operator</source>
        <translation>&amp;Bediener</translation>
    </message>
    <message>
        <source>&amp;Expires</source>
        <translation>Läuft &amp;ab</translation>
    </message>
    <message>
        <source>N&amp;otes</source>
        <translation>N&amp;otizen</translation>
    </message>
    <message>
        <source>It began from: %1</source>
        <translation>Ausgangskalibrierung: %1</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) have no clean air yet and give resistances only.</source>
        <translation>
            <numerusform>%n Kanal hat noch keine saubere Luft und liefert nur Widerstände.</numerusform>
            <numerusform>%n Kanäle haben noch keine saubere Luft und liefern nur Widerstände.</numerusform>
        </translation>
    </message>
    <message>
        <source>It needs a name.</source>
        <translation>Die Kalibrierung braucht einen Namen.</translation>
    </message>
    <message>
        <source>With another name it is another calibration, from version 1 or the next one of that name.</source>
        <translation>Mit anderem Namen ist es eine andere Kalibrierung, ab Version 1 oder der nächsten dieses Namens.</translation>
    </message>
    <message>
        <source>The sensor is not connected; it is used when it is connected again.</source>
        <translation>Der Sensor ist nicht verbunden; die Kalibrierung wird verwendet, wenn er wieder verbunden ist.</translation>
    </message>
    <message>
        <source>Saved as version %1 of %2.</source>
        <translation>Gespeichert als Version %1 von %2.</translation>
    </message>
    <message>
        <source>The running session uses it from now on.</source>
        <translation>Die laufende Sitzung verwendet sie ab jetzt.</translation>
    </message>
    <message>
        <source>It is used when the sensor is connected again.</source>
        <translation>Sie wird verwendet, wenn der Sensor wieder verbunden ist.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::CalibrationSensorPage</name>
    <message>
        <source>divider</source>
        <translation>Spannungsteiler</translation>
    </message>
    <message>
        <source>resistance</source>
        <translation>Widerstand</translation>
    </message>
    <message>
        <source>conductance</source>
        <translation>Leitwert</translation>
    </message>
    <message>
        <source>concentration</source>
        <translation>Konzentration</translation>
    </message>
    <message>
        <source>Sensor to calibrate</source>
        <translation>Zu kalibrierender Sensor</translation>
    </message>
    <message>
        <source>Calibration to begin from</source>
        <translation>Ausgangskalibrierung</translation>
    </message>
    <message>
        <source>Temperature channel</source>
        <translation>Temperaturkanal</translation>
    </message>
    <message>
        <source>Humidity channel</source>
        <translation>Feuchtekanal</translation>
    </message>
    <message>
        <source>What is known of the channels</source>
        <translation>Angaben zu den Kanälen</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Raw value is a</source>
        <translation>Rohwert ist</translation>
    </message>
    <message>
        <source>Sensor type</source>
        <translation>Sensortyp</translation>
    </message>
    <message>
        <source>Gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>Supply, raw</source>
        <translation>Versorgung, roh</translation>
    </message>
    <message>
        <source>Load, Ω</source>
        <translation>Last, Ω</translation>
    </message>
    <message>
        <source>What the supply voltage is in the unit of the raw values, e.g. 1023 counts or 5 V.</source>
        <translation>Wie groß die Versorgungsspannung in der Einheit der Rohwerte ist, z. B. 1023 Zählschritte oder 5 V.</translation>
    </message>
    <message>
        <source>Load resistor in ohms; 1 gives resistances in units of the load resistor.</source>
        <translation>Lastwiderstand in Ohm; 1 ergibt Widerstände in Einheiten des Lastwiderstands.</translation>
    </message>
    <message>
        <source>The datasheet curve gives an equivalent concentration of one pure, known gas; specimens differ by a factor of two.</source>
        <translation>Die Datenblattkurve ergibt eine äquivalente Konzentration eines reinen, bekannten Gases; Exemplare unterscheiden sich um den Faktor zwei.</translation>
    </message>
    <message>
        <source>&amp;Sensor</source>
        <translation>&amp;Sensor</translation>
    </message>
    <message>
        <source>&amp;Begin from</source>
        <translation>Aus&amp;gehend von</translation>
    </message>
    <message>
        <source>&amp;Temperature</source>
        <translation>&amp;Temperatur</translation>
    </message>
    <message>
        <source>&amp;Humidity</source>
        <translation>&amp;Feuchte</translation>
    </message>
    <message>
        <source>%1, version %2 of %3</source>
        <translation>%1, Version %2 vom %3</translation>
    </message>
    <message>
        <source> (made for another device: %1)</source>
        <translation> (für ein anderes Gerät erstellt: %1)</translation>
    </message>
    <message>
        <source>a new calibration</source>
        <translation>eine neue Kalibrierung</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>What the raw value of %1 is</source>
        <translation>Was der Rohwert von %1 ist</translation>
    </message>
    <message>
        <source>raw value</source>
        <translation>Rohwert</translation>
    </message>
    <message>
        <source>other</source>
        <translation>anderer</translation>
    </message>
    <message>
        <source>Sensor type of %1</source>
        <translation>Sensortyp von %1</translation>
    </message>
    <message>
        <source>sensor type</source>
        <translation>Sensortyp</translation>
    </message>
    <message>
        <source>Gas of %1</source>
        <translation>Gas von %1</translation>
    </message>
    <message>
        <source>none</source>
        <translation>ohne</translation>
    </message>
    <message>
        <source>%1 (insensitive)</source>
        <translation>%1 (unempfindlich)</translation>
    </message>
    <message>
        <source>Spans of a known gas give this sensor its curve.</source>
        <translation>Prüfgaspunkte eines bekannten Gases geben diesem Sensor seine Kennlinie.</translation>
    </message>
    <message>
        <source>gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>Supply of %1, in the unit of the raw values</source>
        <translation>Versorgung von %1 in der Einheit der Rohwerte</translation>
    </message>
    <message>
        <source>Load resistor of %1 in ohms</source>
        <translation>Lastwiderstand von %1 in Ohm</translation>
    </message>
    <message>
        <source>supply</source>
        <translation>Versorgung</translation>
    </message>
    <message>
        <source>load</source>
        <translation>Last</translation>
    </message>
    <message>
        <source>temperature channel</source>
        <translation>Temperaturkanal</translation>
    </message>
    <message>
        <source>humidity channel</source>
        <translation>Feuchtekanal</translation>
    </message>
</context>
<context>
    <name>bnof::studio::CleanAirPage</name>
    <message>
        <source>Use this clean &amp;air</source>
        <translation>Diese saubere L&amp;uft übernehmen</translation>
    </message>
    <message>
        <source>Let the warm sensor stand in clean air, out of draughts, until its channels are still. Channels that are not still keep what they had.</source>
        <translation>Lassen Sie den warmen Sensor in sauberer Luft ohne Zugluft stehen, bis seine Kanäle ruhig sind. Kanäle, die nicht ruhig sind, behalten, was sie hatten.</translation>
    </message>
    <message>
        <source>clean air</source>
        <translation>saubere Luft</translation>
    </message>
    <message>
        <source>Clean air was taken for %1 of %2 channels.</source>
        <translation>Saubere Luft wurde für %1 von %2 Kanälen übernommen.</translation>
    </message>
    <message>
        <source>The others were not still and keep what they had.</source>
        <translation>Die übrigen waren nicht ruhig und behalten, was sie hatten.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ColumnTable</name>
    <message>
        <source>Columns of the file</source>
        <translation>Spalten der Datei</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>Spalte</translation>
    </message>
    <message>
        <source>Use as</source>
        <translation>Verwenden als</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>Einheit</translation>
    </message>
    <message>
        <source>Quantity</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>the device&apos;s clock</source>
        <translation>Uhr des Geräts</translation>
    </message>
    <message>
        <source>measured value</source>
        <translation>Messgröße</translation>
    </message>
    <message>
        <source>leave out</source>
        <translation>weglassen</translation>
    </message>
    <message>
        <source>column %1</source>
        <translation>Spalte %1</translation>
    </message>
    <message>
        <source>What %1 is used as</source>
        <translation>Verwendung von %1</translation>
    </message>
    <message>
        <source>Unit of %1</source>
        <translation>Einheit von %1</translation>
    </message>
    <message>
        <source>Quantity of %1</source>
        <translation>Größe von %1</translation>
    </message>
    <message>
        <source>Gas of %1</source>
        <translation>Gas von %1</translation>
    </message>
    <message>
        <source>label</source>
        <translation>Etikett</translation>
    </message>
    <message>
        <source>mark</source>
        <translation>Marke</translation>
    </message>
    <message>
        <source>A mark wherever it changes.</source>
        <translation>Eine Marke, wo es wechselt.</translation>
    </message>
    <message>
        <source>A mark wherever it is not empty.</source>
        <translation>Eine Marke, wo es nicht leer ist.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::CompareWorkspace</name>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>asked for in the window</source>
        <translation>im Fenster verlangt</translation>
    </message>
    <message>
        <source>Nothing has been compared yet.</source>
        <translation>Noch nichts wurde verglichen.</translation>
    </message>
    <message>
        <source>The comparison is still running.</source>
        <translation>Der Vergleich läuft noch.</translation>
    </message>
    <message>
        <source>B acts on every exposure already.</source>
        <translation>B handelt schon bei jeder Exposition.</translation>
    </message>
    <message>
        <source>A rule is not met: %1</source>
        <translation>Eine Regel ist nicht erfüllt: %1</translation>
    </message>
    <message>
        <source>Open an experiment</source>
        <translation>Ein Experiment öffnen</translation>
    </message>
    <message>
        <source>Experiments (*.sqlite);;All files (*)</source>
        <translation>Experimente (*.sqlite);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Report of the comparison</source>
        <translation>Bericht des Vergleichs</translation>
    </message>
    <message>
        <source>PDF (*.pdf)</source>
        <translation>PDF (*.pdf)</translation>
    </message>
</context>
<context>
    <name>bnof::studio::Comparison</name>
    <message>
        <source>Choose two models and labelled data first.</source>
        <translation>Wählen Sie erst zwei Modelle und beschriftete Daten.</translation>
    </message>
    <message>
        <source>A comparison runs already.</source>
        <translation>Es läuft schon ein Vergleich.</translation>
    </message>
    <message>
        <source>The data is being read.</source>
        <translation>Die Daten werden gelesen.</translation>
    </message>
    <message>
        <source>stopped; what was compared is kept</source>
        <translation>angehalten; was verglichen wurde, bleibt</translation>
    </message>
    <message>
        <source>Comparison %1</source>
        <translation>Vergleich %1</translation>
    </message>
    <message>
        <source>Report of a comparison</source>
        <translation>Bericht eines Vergleichs</translation>
    </message>
    <message>
        <source>The report is written.</source>
        <translation>Der Bericht ist geschrieben.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ConfigurationStore</name>
    <message>
        <source>change of %1</source>
        <translation>Änderung von %1</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ConnectDialog</name>
    <message>
        <source>serial port of this computer</source>
        <translation>serielle Schnittstelle dieses Rechners</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation>Befehl kopieren</translation>
    </message>
    <message>
        <source>Listen for 3 seconds</source>
        <translation>3 Sekunden mithören</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Connect a sensor</source>
        <translation>Sensor verbinden</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Serial ports</source>
        <translation>Serielle Schnittstellen</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Baud rate</source>
        <translation>Baudrate</translation>
    </message>
    <message>
        <source>Decoder</source>
        <translation>Decoder</translation>
    </message>
    <message>
        <source>detect by itself</source>
        <translation>selbst erkennen</translation>
    </message>
    <message>
        <source>Why it cannot be opened</source>
        <translation>Warum es sich nicht öffnen lässt</translation>
    </message>
    <message>
        <source>&amp;Source</source>
        <translation>&amp;Quelle</translation>
    </message>
    <message>
        <source>&amp;Baud rate</source>
        <translation>&amp;Baudrate</translation>
    </message>
    <message>
        <source>&amp;Decoder</source>
        <translation>&amp;Decoder</translation>
    </message>
    <message>
        <source>Ports of this computer</source>
        <translation>Schnittstellen dieses Rechners</translation>
    </message>
    <message>
        <source>What it sends</source>
        <translation>Was es sendet</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>Einheit</translation>
    </message>
    <message>
        <source>Channels with their present values</source>
        <translation>Kanäle mit ihren gegenwärtigen Werten</translation>
    </message>
    <message>
        <source>Recordings are opened under Recordings.</source>
        <translation>Aufzeichnungen öffnen Sie unter Aufzeichnungen.</translation>
    </message>
    <message>
        <source>Stop listening</source>
        <translation>Mithören beenden</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s)</source>
        <translation>
            <numerusform>%n Kanal</numerusform>
            <numerusform>%n Kanäle</numerusform>
        </translation>
    </message>
    <message>
        <source>, %1, %L2 lines skipped</source>
        <translation>, %1, %L2 Zeilen übersprungen</translation>
    </message>
    <message>
        <source>The device says that its data is simulated.</source>
        <translation>Das Gerät sagt, dass seine Daten simuliert sind.</translation>
    </message>
    <message>
        <source>Bytes arrive; looking for readings in them…</source>
        <translation>Bytes treffen ein; Messwerte werden darin gesucht …</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Es wird mitgehört …</translation>
    </message>
    <message>
        <source>Bytes arrived but no readings were found in them. Check the baud rate and the decoder.</source>
        <translation>Es kamen Bytes an, aber darin keine Messwerte. Prüfen Sie Baudrate und Decoder.</translation>
    </message>
    <message>
        <source>Nothing arrived within three seconds. Check that the device is on and sends by itself.</source>
        <translation>In drei Sekunden kam nichts an. Prüfen Sie, ob das Gerät eingeschaltet ist und von selbst sendet.</translation>
    </message>
    <message>
        <source>Listen to the device before you connect; this changes nothing on it.</source>
        <translation>Hören Sie vor dem Verbinden mit; am Gerät ändert das nichts.</translation>
    </message>
    <message>
        <source>Detected as %1: %2</source>
        <translation>Erkannt als %1: %2</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Serial port</source>
        <translation>Serielle Schnittstelle</translation>
    </message>
    <message>
        <source>TCP server of a sensor</source>
        <translation>TCP-Server eines Sensors</translation>
    </message>
    <message>
        <source>UDP datagrams to this computer</source>
        <translation>UDP-Datagramme an diesen Rechner</translation>
    </message>
    <message>
        <source>WebSocket</source>
        <translation>WebSocket</translation>
    </message>
    <message>
        <source>WebSocket over TLS</source>
        <translation>WebSocket über TLS</translation>
    </message>
    <message>
        <source>HTTP stream</source>
        <translation>HTTP-Datenstrom</translation>
    </message>
    <message>
        <source>HTTP stream over TLS</source>
        <translation>HTTP-Datenstrom über TLS</translation>
    </message>
    <message>
        <source>MQTT topics</source>
        <translation>MQTT-Topics</translation>
    </message>
    <message>
        <source>MQTT topics over TLS</source>
        <translation>MQTT-Topics über TLS</translation>
    </message>
    <message>
        <source>Modbus on a serial line</source>
        <translation>Modbus an einer seriellen Leitung</translation>
    </message>
    <message>
        <source>Modbus on the network</source>
        <translation>Modbus im Netzwerk</translation>
    </message>
    <message>
        <source>&lt;name&gt; in a topic stands for any level and names the channels.</source>
        <translation>&lt;Name&gt; in einem Topic steht für eine beliebige Ebene und benennt die Kanäle.</translation>
    </message>
    <message>
        <source>map names the device&apos;s registers: one of %1, or a file.</source>
        <translation>map benennt die Register des Geräts: %1 oder eine Datei.</translation>
    </message>
    <message>
        <source>The sensor sends to this computer&apos;s address and this port.</source>
        <translation>Der Sensor sendet an die Adresse dieses Rechners und diesen Port.</translation>
    </message>
    <message>
        <source>Kind of source</source>
        <translation>Art der Quelle</translation>
    </message>
    <message>
        <source>&amp;Kind</source>
        <translation>&amp;Art</translation>
    </message>
    <message>
        <source>No serial port is there. Plug the sensor in; it appears here by itself.</source>
        <translation>Keine serielle Schnittstelle vorhanden. Stecken Sie den Sensor ein; er erscheint hier von selbst.</translation>
    </message>
    <message>
        <source>For example: %1</source>
        <translation>Zum Beispiel: %1</translation>
    </message>
    <message>
        <source>Sensors that connect to this computer</source>
        <translation>Sensoren, die sich mit diesem Rechner verbinden</translation>
    </message>
    <message>
        <source>&amp;Edit…</source>
        <translation>B&amp;earbeiten …</translation>
    </message>
    <message>
        <source>&amp;New device format…</source>
        <translation>&amp;Neues Geräteformat …</translation>
    </message>
    <message>
        <source>New device format</source>
        <translation>Neues Geräteformat</translation>
    </message>
    <message>
        <source>Edit the chosen device format</source>
        <translation>Das gewählte Geräteformat bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Keep the sensors that are connected</source>
        <translation>&amp;Verbundene Sensoren behalten</translation>
    </message>
    <message>
        <source>Keep the sensors that are connected</source>
        <translation>Verbundene Sensoren behalten</translation>
    </message>
    <message>
        <source>The session begins anew with all of them; the first one feeds the recogniser.</source>
        <translation>Die Sitzung beginnt mit allen von neuem; der erste Sensor versorgt die Erkennung.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::CurvePlot</name>
    <message>
        <source>Curve of the channel</source>
        <translation>Kurve des Kanals</translation>
    </message>
    <message>
        <source>No channel is chosen.</source>
        <translation>Es ist kein Kanal gewählt.</translation>
    </message>
    <message numerus="yes">
        <source>%n span(s)</source>
        <translation>
            <numerusform>%n Prüfgaspunkt</numerusform>
            <numerusform>%n Prüfgaspunkte</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, %2: concentration = (value − %3) × %4; %5</source>
        <translation>%1, %2: Konzentration = (Wert − %3) × %4; %5</translation>
    </message>
    <message>
        <source>%1, %2: equivalent %3 = %4 × (Rs/R0)^%5; %6</source>
        <translation>%1, %2: Äquivalent %3 = %4 × (Rs/R0)^%5; %6</translation>
    </message>
    <message>
        <source>%1, %2: one span; the curve comes with another concentration.</source>
        <translation>%1, %2: ein Prüfgaspunkt; die Kurve entsteht mit einer weiteren Konzentration.</translation>
    </message>
    <message>
        <source>%1 has no curve yet: name its sensor type, or capture spans of two concentrations.</source>
        <translation>%1 hat noch keine Kurve: Nennen Sie den Sensortyp oder nehmen Sie Prüfgaspunkte bei zwei Konzentrationen auf.</translation>
    </message>
    <message>
        <source>value that the device prints</source>
        <translation>Wert, den das Gerät ausgibt</translation>
    </message>
    <message>
        <source>Rs/R0</source>
        <translation>Rs/R0</translation>
    </message>
    <message>
        <source>equivalent %1</source>
        <translation>Äquivalent %1</translation>
    </message>
</context>
<context>
    <name>bnof::studio::DataPanel</name>
    <message>
        <source>Recordings of one day belong together</source>
        <translation>Aufzeichnungen eines Tages gehören zusammen</translation>
    </message>
    <message>
        <source>Use recordings again</source>
        <translation>Wieder Aufzeichnungen nehmen</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Begonnen</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Marken</translation>
    </message>
    <message>
        <source>Recordings with marks</source>
        <translation>Aufzeichnungen mit Marken</translation>
    </message>
    <message>
        <source>A model is then judged on days that it was not trained on, which is what a lab wants to know. Otherwise it is judged on other recordings.</source>
        <translation>Ein Modell wird dann an Tagen beurteilt, mit denen es nicht trainiert wurde; das will ein Labor wissen. Sonst wird es an anderen Aufzeichnungen beurteilt.</translation>
    </message>
    <message>
        <source>Folder or file…</source>
        <translation>Ordner oder Datei …</translation>
    </message>
    <message>
        <source>Labelled measurements of another program: a folder with manifest.csv, folders named after gases, or a table with a column of labels</source>
        <translation>Beschriftete Messungen eines anderen Programms: ein Ordner mit manifest.csv, nach Gasen benannte Ordner oder eine Tabelle mit einer Spalte der Beschriftungen</translation>
    </message>
    <message>
        <source>Labelled measurements</source>
        <translation>Beschriftete Messungen</translation>
    </message>
    <message>
        <source>Training data: %1</source>
        <translation>Trainingsdaten: %1</translation>
    </message>
    <message>
        <source>No recordings with marks yet</source>
        <translation>Noch keine Aufzeichnungen mit Marken</translation>
    </message>
    <message>
        <source>Record several exposures of every gas, in random order, with clean air in between. Mark each with its gas, or let an exposure protocol run the experiment.</source>
        <translation>Zeichnen Sie mehrere Expositionen jedes Gases auf, in zufälliger Reihenfolge, mit reiner Luft dazwischen. Markieren Sie jede mit ihrem Gas, oder lassen Sie ein Expositionsprotokoll den Versuch führen.</translation>
    </message>
    <message>
        <source>Measurements of another program</source>
        <translation>Messungen eines anderen Programms</translation>
    </message>
    <message>
        <source>Recordings of the list take no part while a folder or file is chosen.</source>
        <translation>Aufzeichnungen der Liste nehmen nicht teil, solange ein Ordner oder eine Datei gewählt ist.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::DecoderEditor</name>
    <message>
        <source>&amp;Listen for 3 seconds</source>
        <translation>3 Sekunden &amp;mithören</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Device format</source>
        <translation>Geräteformat</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>Sch&amp;ließen</translation>
    </message>
    <message>
        <source>Begin from</source>
        <translation>Ausgangspunkt</translation>
    </message>
    <message>
        <source>Description of the format, JSON</source>
        <translation>Beschreibung des Formats, JSON</translation>
    </message>
    <message>
        <source>&amp;Begin from</source>
        <translation>&amp;Ausgangspunkt</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>&amp;Format</translation>
    </message>
    <message>
        <source>text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>hexadecimal</source>
        <translation>hexadezimal</translation>
    </message>
    <message>
        <source>How the bytes are written</source>
        <translation>Schreibweise der Bytes</translation>
    </message>
    <message>
        <source>Bytes of the device</source>
        <translation>Bytes des Geräts</translation>
    </message>
    <message>
        <source>Type or paste what the device sends, open a file, or listen to it.</source>
        <translation>Eintippen oder einfügen, was das Gerät sendet, eine Datei öffnen oder mithören.</translation>
    </message>
    <message>
        <source>Source to listen to</source>
        <translation>Quelle zum Mithören</translation>
    </message>
    <message>
        <source>Decoded messages</source>
        <translation>Decodierte Nachrichten</translation>
    </message>
    <message>
        <source>F&amp;ile…</source>
        <translation>Date&amp;i …</translation>
    </message>
    <message>
        <source>Take the bytes from a file</source>
        <translation>Die Bytes aus einer Datei nehmen</translation>
    </message>
    <message>
        <source>B&amp;ytes</source>
        <translation>B&amp;ytes</translation>
    </message>
    <message>
        <source>&amp;Decoded</source>
        <translation>&amp;Decodiert</translation>
    </message>
    <message>
        <source>a template or a known format…</source>
        <translation>Vorlage oder bekanntes Format …</translation>
    </message>
    <message>
        <source>The format of %1 is not described in a file.</source>
        <translation>Das Format von %1 ist nicht in einer Datei beschrieben.</translation>
    </message>
    <message>
        <source>%1 is empty or cannot be read.</source>
        <translation>%1 ist leer oder nicht lesbar.</translation>
    </message>
    <message>
        <source>S&amp;top listening</source>
        <translation>&amp;Mithören beenden</translation>
    </message>
    <message>
        <source>Nothing arrived. Check that the device is on, and whether it must be asked.</source>
        <translation>Es kam nichts an. Prüfen Sie, ob das Gerät eingeschaltet ist und ob es abgefragt werden muss.</translation>
    </message>
    <message>
        <source>The bytes are not hexadecimal: pairs of 0-9 and A-F, spaces between them.</source>
        <translation>Die Bytes sind nicht hexadezimal: Paare aus 0-9 und A-F, dazwischen Leerzeichen.</translation>
    </message>
    <message>
        <source>line %1</source>
        <translation>Zeile %1</translation>
    </message>
    <message>
        <source>Choose a template, or write a description.</source>
        <translation>Wählen Sie eine Vorlage oder schreiben Sie eine Beschreibung.</translation>
    </message>
    <message numerus="yes">
        <source>%n message(s) decoded</source>
        <translation>
            <numerusform>%n Nachricht decodiert</numerusform>
            <numerusform>%n Nachrichten decodiert</numerusform>
        </translation>
    </message>
    <message>
        <source>, %1 checksum errors, %2 bytes skipped, %3 bytes undecided at the end.</source>
        <translation>, %1 Prüfsummenfehler, %2 Bytes übersprungen, %3 Bytes am Ende unentschieden.</translation>
    </message>
    <message>
        <source>First at byte %1: %2</source>
        <translation>Zuerst bei Byte %1: %2</translation>
    </message>
    <message>
        <source>It takes no part in detection: without a checksum or a pattern any bytes would do.</source>
        <translation>Es nimmt nicht an der Erkennung teil: Ohne Prüfsumme oder Muster würden beliebige Bytes passen.</translation>
    </message>
    <message>
        <source>Detection score %1 of 1</source>
        <translation>Erkennungswert %1 von 1</translation>
    </message>
    <message>
        <source>; known formats: %1 with %2.</source>
        <translation>; bekannte Formate: %1 mit %2.</translation>
    </message>
    <message>
        <source>Byte</source>
        <translation>Byte</translation>
    </message>
    <message>
        <source>Time, s</source>
        <translation>Zeit, s</translation>
    </message>
    <message>
        <source>Saved: %1 is a decoder now (%2).</source>
        <translation>Gespeichert: %1 ist jetzt ein Decoder (%2).</translation>
    </message>
    <message>
        <source>The name is taken</source>
        <translation>Der Name ist vergeben</translation>
    </message>
    <message>
        <source>Replace the device format that is there?</source>
        <translation>Das vorhandene Geräteformat ersetzen?</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Nothing was saved. Choose another name in the description.</source>
        <translation>Es wurde nichts gespeichert. Wählen Sie in der Beschreibung einen anderen Namen.</translation>
    </message>
    <message>
        <source>The device format is not saved</source>
        <translation>Das Geräteformat ist nicht gespeichert</translation>
    </message>
    <message>
        <source>Close without saving the device format?</source>
        <translation>Schließen, ohne das Geräteformat zu speichern?</translation>
    </message>
    <message>
        <source>Close without saving</source>
        <translation>Schließen ohne Speichern</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter bearbeiten</translation>
    </message>
    <message>
        <source>There are no bytes to decode yet.</source>
        <translation>Es gibt noch keine Bytes zum Dekodieren.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::DescribeDialog</name>
    <message>
        <source>Describe %1</source>
        <translation>%1 beschreiben</translation>
    </message>
    <message>
        <source>Title of the recording</source>
        <translation>Titel der Aufzeichnung</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>Notes on the recording</source>
        <translation>Notizen zur Aufzeichnung</translation>
    </message>
    <message>
        <source>The first description and every change of it stay readable in the file.</source>
        <translation>Die erste Beschreibung und jede Änderung daran bleiben in der Datei lesbar.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
</context>
<context>
    <name>bnof::studio::EnvironmentPage</name>
    <message>
        <source>&amp;Fit</source>
        <translation>An&amp;passen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Nothing is compensated yet.</source>
        <translation>Noch ist nichts kompensiert.</translation>
    </message>
    <message>
        <source>Recording of clean air</source>
        <translation>Aufzeichnung sauberer Luft</translation>
    </message>
    <message>
        <source>no recordings are listed</source>
        <translation>keine Aufzeichnungen vorhanden</translation>
    </message>
    <message>
        <source>Progress of the fit</source>
        <translation>Fortschritt der Anpassung</translation>
    </message>
    <message>
        <source>Influence of temperature and humidity</source>
        <translation>Einfluss von Temperatur und Feuchte</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Temperature, %/°C</source>
        <translation>Temperatur, %/°C</translation>
    </message>
    <message>
        <source>Humidity, % per %</source>
        <translation>Feuchte, % je %</translation>
    </message>
    <message>
        <source>R²</source>
        <translation>R²</translation>
    </message>
    <message>
        <source>Spread before, %</source>
        <translation>Streuung vorher, %</translation>
    </message>
    <message>
        <source>Spread after, %</source>
        <translation>Streuung nachher, %</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Durchsuchen…</translation>
    </message>
    <message>
        <source>Choose a recording of clean air</source>
        <translation>Aufzeichnung sauberer Luft wählen</translation>
    </message>
    <message>
        <source>Choose a recording of a day or more of clean air, in which temperature and humidity changed by themselves: their influence on the clean-air resistance is fitted and taken off from then on. This step can be left out.</source>
        <translation>Wählen Sie eine Aufzeichnung sauberer Luft über einen Tag oder länger, in der sich Temperatur und Feuchte von selbst geändert haben: Ihr Einfluss auf den Widerstand in sauberer Luft wird angepasst und von da an abgezogen. Dieser Schritt kann entfallen.</translation>
    </message>
    <message>
        <source>Recordings (*.bnr)</source>
        <translation>Aufzeichnungen (*.bnr)</translation>
    </message>
    <message>
        <source>Fit clean air</source>
        <translation>Saubere Luft anpassen</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) fitted</source>
        <translation>
            <numerusform>%n Kanal angepasst</numerusform>
            <numerusform>%n Kanäle angepasst</numerusform>
        </translation>
    </message>
    <message>
        <source>The fit was cancelled.</source>
        <translation>Die Anpassung wurde abgebrochen.</translation>
    </message>
    <message>
        <source>The calibration was changed during the fit: fit again.</source>
        <translation>Die Kalibrierung wurde während der Anpassung geändert: Passen Sie erneut an.</translation>
    </message>
    <message>
        <source>temperature and humidity</source>
        <translation>Temperatur und Feuchte</translation>
    </message>
</context>
<context>
    <name>bnof::studio::EvidencePanel</name>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>not asked</source>
        <translation>nicht gefragt</translation>
    </message>
    <message>
        <source>failed: %1</source>
        <translation>ausgefallen: %1</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>keine Antwort</translation>
    </message>
    <message>
        <source>Nothing has been compared yet</source>
        <translation>Noch nichts verglichen</translation>
    </message>
    <message>
        <source>Set up a comparison on the left, or open an experiment, one that a session is writing just now too.</source>
        <translation>Richten Sie links einen Vergleich ein, oder öffnen Sie ein Experiment, auch eines, das eine Sitzung gerade schreibt.</translation>
    </message>
    <message>
        <source>Guardrails</source>
        <translation>Leitplanken</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>Exposition</translation>
    </message>
    <message>
        <source>At</source>
        <translation>Bei</translation>
    </message>
    <message>
        <source>Gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>A said</source>
        <translation>A sagte</translation>
    </message>
    <message>
        <source>B said</source>
        <translation>B sagte</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Richtig</translation>
    </message>
    <message>
        <source>Who was right on what</source>
        <translation>Wer worin recht hatte</translation>
    </message>
    <message>
        <source>Only where they disagree or failed</source>
        <translation>Nur wo sie verschieden antworten oder ausfielen</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>What they cost</source>
        <translation>Was sie kosten</translation>
    </message>
    <message>
        <source>Guardrail</source>
        <translation>Leitplanke</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>Regel</translation>
    </message>
    <message>
        <source>Met</source>
        <translation>Erfüllt</translation>
    </message>
    <message>
        <source>Rules of promotion</source>
        <translation>Regeln der Beförderung</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Wer</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Einzelheit</translation>
    </message>
    <message>
        <source>History of decisions</source>
        <translation>Verlauf der Entscheidungen</translation>
    </message>
    <message>
        <source>Outcomes</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Promotion</source>
        <translation>Beförderung</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Which gas A took for which</source>
        <translation>Welches Gas A für welches hielt</translation>
    </message>
    <message>
        <source>Which gas B took for which</source>
        <translation>Welches Gas B für welches hielt</translation>
    </message>
    <message>
        <source>A: which gas was taken for which</source>
        <translation>A: welches Gas für welches gehalten wurde</translation>
    </message>
    <message>
        <source>B: which gas was taken for which</source>
        <translation>B: welches Gas für welches gehalten wurde</translation>
    </message>
    <message>
        <source>This experiment cannot be shown</source>
        <translation>Dieses Experiment lässt sich nicht zeigen</translation>
    </message>
    <message numerus="yes">
        <source>%n exposure(s)</source>
        <translation>
            <numerusform>%n Exposition</numerusform>
            <numerusform>%n Expositionen</numerusform>
        </translation>
    </message>
    <message>
        <source>evidence e = %1 of %2</source>
        <translation>Beleg e = %1 von %2</translation>
    </message>
    <message>
        <source>analysis %1, plan %2</source>
        <translation>Auswertung %1, Plan %2</translation>
    </message>
    <message>
        <source>Guardrail %1 is broken: %2</source>
        <translation>Leitplanke %1 ist verletzt: %2</translation>
    </message>
    <message>
        <source>both</source>
        <translation>beide</translation>
    </message>
    <message>
        <source>only A</source>
        <translation>nur A</translation>
    </message>
    <message>
        <source>only B</source>
        <translation>nur B</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keiner</translation>
    </message>
    <message>
        <source>%1 is no recording of this program, so it cannot be shown.</source>
        <translation>%1 ist keine Aufzeichnung dieses Programms und lässt sich nicht zeigen.</translation>
    </message>
    <message>
        <source>Median latency</source>
        <translation>Mittlere Wartezeit</translation>
    </message>
    <message>
        <source>p95 latency</source>
        <translation>Wartezeit p95</translation>
    </message>
    <message>
        <source>p99 latency</source>
        <translation>Wartezeit p99</translation>
    </message>
    <message>
        <source>CPU a decision</source>
        <translation>Rechenzeit je Entscheidung</translation>
    </message>
    <message>
        <source>Spikes a decision</source>
        <translation>Spikes je Entscheidung</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>● kept</source>
        <translation>● eingehalten</translation>
    </message>
    <message>
        <source>■ broken</source>
        <translation>■ verletzt</translation>
    </message>
    <message>
        <source>○ not known yet</source>
        <translation>○ noch nicht bekannt</translation>
    </message>
    <message>
        <source>Rolled back: A acts on every exposure. %1</source>
        <translation>Zurückgenommen: A handelt bei jeder Exposition. %1</translation>
    </message>
    <message>
        <source>B acts on %1 % of the exposures.</source>
        <translation>B handelt bei %1 % der Expositionen.</translation>
    </message>
    <message>
        <source>A acts on every exposure. A promotion gives B 1, 5, 10, 25, 50 and at last 100 % of them, step by step.</source>
        <translation>A handelt bei jeder Exposition. Eine Beförderung gibt B stufenweise 1, 5, 10, 25, 50 und zuletzt 100 % davon.</translation>
    </message>
    <message>
        <source>● met</source>
        <translation>● erfüllt</translation>
    </message>
    <message>
        <source>○ not met</source>
        <translation>○ nicht erfüllt</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ExplanationDialog</name>
    <message>
        <source>Explain the &amp;newest answer</source>
        <translation>Die &amp;neueste Antwort erklären</translation>
    </message>
    <message>
        <source>Why this answer?</source>
        <translation>Warum diese Antwort?</translation>
    </message>
    <message>
        <source>Progress of the explanation</source>
        <translation>Fortschritt der Erklärung</translation>
    </message>
    <message>
        <source>Channels and times</source>
        <translation>Kanäle und Zeiten</translation>
    </message>
    <message>
        <source>Spikes of the decision window: what they gave the answer over its rival</source>
        <translation>Spikes des Entscheidungsfensters: was sie der Antwort vor der nächsten gaben</translation>
    </message>
    <message>
        <source>ms before the answer</source>
        <translation>ms vor der Antwort</translation>
    </message>
    <message>
        <source>input in mV</source>
        <translation>Eingang in mV</translation>
    </message>
    <message>
        <source>Evidence of the spikes</source>
        <translation>Was die Spikes sagten</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>At %1: %2, %3 %</source>
        <translation>Bei %1: %2, %3 %</translation>
    </message>
    <message>
        <source>, before %1 with %2 %</source>
        <translation>, vor %1 mit %2 %</translation>
    </message>
    <message>
        <source>This is not the decision that was recorded: the model or the program has changed since.</source>
        <translation>Das ist nicht die aufgezeichnete Entscheidung: Modell oder Programm haben sich seither geändert.</translation>
    </message>
    <message>
        <source>direct pathway</source>
        <translation>direkter Weg</translation>
    </message>
    <message>
        <source>Kenyon cells</source>
        <translation>Kenyon-Zellen</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ExportDialog</name>
    <message>
        <source>With the spikes</source>
        <translation>Mit den Spikes</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Export %1</source>
        <translation>%1 exportieren</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>File or folder to write</source>
        <translation>Zieldatei oder -ordner</translation>
    </message>
    <message>
        <source>Why this cannot be exported</source>
        <translation>Warum dies nicht exportiert werden kann</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Durchsuchen…</translation>
    </message>
    <message>
        <source>Choose the file or folder to write</source>
        <translation>Zieldatei oder -ordner wählen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Write to</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>table for spreadsheets</source>
        <translation>Tabelle für Tabellenkalkulationen</translation>
    </message>
    <message>
        <source>Neurodata Without Borders (HDF5)</source>
        <translation>Neurodata Without Borders (HDF5)</translation>
    </message>
    <message>
        <source>MATLAB 5</source>
        <translation>MATLAB 5</translation>
    </message>
    <message>
        <source>folder of NumPy arrays</source>
        <translation>Ordner mit NumPy-Feldern</translation>
    </message>
    <message>
        <source>Weka</source>
        <translation>Weka</translation>
    </message>
    <message>
        <source>Lab Streaming Layer</source>
        <translation>Lab Streaming Layer</translation>
    </message>
    <message>
        <source>One row a frame with its decision and marks; what the recording says about itself goes into a JSON file beside it, spikes into a table of their own.</source>
        <translation>Eine Zeile je Messwert mit Entscheidung und Marken; was die Aufzeichnung über sich selbst sagt, kommt in eine JSON-Datei daneben, Spikes in eine eigene Tabelle.</translation>
    </message>
    <message>
        <source>Sensors as time series, spikes as units, marks as intervals; for pynwb, MatNWB and every HDF5 tool.</source>
        <translation>Sensoren als Zeitreihen, Spikes als Units, Marken als Intervalle; für pynwb, MatNWB und jedes HDF5-Werkzeug.</translation>
    </message>
    <message>
        <source>One variable a stream, each below 2 GiB and whole in memory while it is written.</source>
        <translation>Eine Variable je Strom, jede unter 2 GiB und beim Schreiben ganz im Speicher.</translation>
    </message>
    <message>
        <source>One array a stream, with a description in metadata.json.</source>
        <translation>Ein Feld je Strom, mit einer Beschreibung in metadata.json.</translation>
    </message>
    <message>
        <source>One row a frame, with the mark in force as its class; decisions and spikes are left out.</source>
        <translation>Eine Zeile je Messwert mit der geltenden Marke als Klasse; ohne Entscheidungen und Spikes.</translation>
    </message>
    <message>
        <source>One stream each for sensors, spikes, decisions and marks.</source>
        <translation>Je ein Strom für Sensoren, Spikes, Entscheidungen und Marken.</translation>
    </message>
    <message>
        <source>This format cannot hold spikes.</source>
        <translation>Dieses Format kann keine Spikes aufnehmen.</translation>
    </message>
    <message>
        <source>Say where to write to.</source>
        <translation>Geben Sie ein Ziel an.</translation>
    </message>
    <message>
        <source>%1 exists already and is not overwritten: choose another name.</source>
        <translation>%1 gibt es schon und wird nicht überschrieben: Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>There is no folder %1.</source>
        <translation>Es gibt keinen Ordner %1.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::FieldRow</name>
    <message>
        <source>%1 in %2</source>
        <translation>%1 in %2</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not a number.</source>
        <translation>„%1“ ist keine Zahl.</translation>
    </message>
    <message>
        <source>Give a whole number, %1.</source>
        <translation>Geben Sie eine ganze Zahl an, %1.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::FilterBar</name>
    <message>
        <source>Show all</source>
        <translation>Alle zeigen</translation>
    </message>
    <message>
        <source>Search title, notes, operator, device, mark …</source>
        <translation>Titel, Notizen, Bediener, Gerät, Marke suchen …</translation>
    </message>
    <message>
        <source>Search recordings</source>
        <translation>Aufzeichnungen durchsuchen</translation>
    </message>
    <message>
        <source>All words must occur. Words in &quot;quotation marks&quot; are looked for as they stand.</source>
        <translation>Alle Wörter müssen vorkommen. Wörter in &quot;Anführungszeichen&quot; werden so gesucht, wie sie dastehen.</translation>
    </message>
    <message>
        <source>Gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>From this day</source>
        <translation>Von diesem Tag an</translation>
    </message>
    <message>
        <source>To this day</source>
        <translation>Bis zu diesem Tag</translation>
    </message>
    <message>
        <source>Clear the search and every choice</source>
        <translation>Suche und jede Auswahl aufheben</translation>
    </message>
    <message>
        <source>Show all recordings</source>
        <translation>Alle Aufzeichnungen zeigen</translation>
    </message>
    <message>
        <source>Any time</source>
        <translation>Jede Zeit</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Letzte 30 Tage</translation>
    </message>
    <message>
        <source>This year</source>
        <translation>Dieses Jahr</translation>
    </message>
    <message>
        <source>Choose days …</source>
        <translation>Tage wählen …</translation>
    </message>
    <message>
        <source>Any state</source>
        <translation>Jeder Zustand</translation>
    </message>
    <message>
        <source>Damaged or cut off</source>
        <translation>Beschädigt oder abgebrochen</translation>
    </message>
    <message>
        <source>Not verified</source>
        <translation>Nicht geprüft</translation>
    </message>
    <message>
        <source>File is gone</source>
        <translation>Datei fehlt</translation>
    </message>
    <message>
        <source>Any gas</source>
        <translation>Jedes Gas</translation>
    </message>
    <message>
        <source>Any device</source>
        <translation>Jedes Gerät</translation>
    </message>
    <message>
        <source>Any model</source>
        <translation>Jedes Modell</translation>
    </message>
    <message>
        <source>“%1”</source>
        <translation>„%1“</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n recording(s)</source>
        <translation>
            <numerusform>%1 von %n Aufzeichnung</numerusform>
            <numerusform>%1 von %n Aufzeichnungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n recording(s)</source>
        <translation>
            <numerusform>%n Aufzeichnung</numerusform>
            <numerusform>%n Aufzeichnungen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::FirstRunPage</name>
    <message>
        <source>What would you like to smell?</source>
        <translation>Was möchten Sie riechen?</translation>
    </message>
    <message>
        <source>Live traces, spikes and a named gas in less than a minute.</source>
        <translation>Live-Signale, Spikes und ein benanntes Gas in weniger als einer Minute.</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>Connect a sensor</source>
        <translation>Sensor verbinden</translation>
    </message>
    <message>
        <source>A device on a serial port or in the network that prints its readings.</source>
        <translation>Ein Gerät an einer seriellen Schnittstelle oder im Netz, das seine Messwerte ausgibt.</translation>
    </message>
    <message>
        <source>Try the simulated nose</source>
        <translation>Simulierte Nase ausprobieren</translation>
    </message>
    <message>
        <source>No hardware needed: a model of a 16-sensor array, connected like a real one. Its data is marked as simulated everywhere.</source>
        <translation>Ohne Hardware: ein Modell mit 16 Sensoren, verbunden wie ein echtes Gerät. Seine Daten sind überall als simuliert gekennzeichnet.</translation>
    </message>
    <message>
        <source>Open a recording</source>
        <translation>Aufzeichnung öffnen</translation>
    </message>
    <message>
        <source>Look at a run again, replay it, and have the replay proved.</source>
        <translation>Einen Lauf noch einmal ansehen, wiedergeben und die Wiedergabe nachweisen lassen.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ImportDialog</name>
    <message>
        <source>Format of the file</source>
        <translation>Format der Datei</translation>
    </message>
    <message>
        <source>What separates columns</source>
        <translation>Was Spalten trennt</translation>
    </message>
    <message>
        <source>Decimal sign</source>
        <translation>Dezimalzeichen</translation>
    </message>
    <message>
        <source>Lines before the data</source>
        <translation>Zeilen vor den Daten</translation>
    </message>
    <message>
        <source>Frames a second where the file has no time</source>
        <translation>Messwerte je Sekunde, wenn die Datei keine Zeit enthält</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>Recording to write</source>
        <translation>Zu schreibende Aufzeichnung</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Importieren</translation>
    </message>
    <message>
        <source>Import %1</source>
        <translation>%1 importieren</translation>
    </message>
    <message>
        <source>First frames of the recording</source>
        <translation>Erste Messwerte der Aufzeichnung</translation>
    </message>
    <message>
        <source>Remarks</source>
        <translation>Bemerkungen</translation>
    </message>
    <message>
        <source>Why this cannot be imported</source>
        <translation>Warum dies nicht importiert werden kann</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>find out</source>
        <translation>erkennen</translation>
    </message>
    <message>
        <source>comma</source>
        <translation>Komma</translation>
    </message>
    <message>
        <source>semicolon</source>
        <translation>Semikolon</translation>
    </message>
    <message>
        <source>tab</source>
        <translation>Tabulator</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>senkrechter Strich</translation>
    </message>
    <message>
        <source>blanks</source>
        <translation>Leerzeichen</translation>
    </message>
    <message>
        <source>point</source>
        <translation>Punkt</translation>
    </message>
    <message>
        <source>from the file</source>
        <translation>aus der Datei</translation>
    </message>
    <message>
        <source>F&amp;ormat</source>
        <translation>F&amp;ormat</translation>
    </message>
    <message>
        <source>&amp;Separator</source>
        <translation>&amp;Trennzeichen</translation>
    </message>
    <message>
        <source>&amp;Decimal sign</source>
        <translation>&amp;Dezimalzeichen</translation>
    </message>
    <message>
        <source>&amp;Lines before the data</source>
        <translation>Zei&amp;len vor den Daten</translation>
    </message>
    <message>
        <source>Frames a second (&amp;Hz)</source>
        <translation>Messwerte je Sekunde (&amp;Hz)</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Durchsuchen…</translation>
    </message>
    <message>
        <source>Choose the recording to write</source>
        <translation>Zu schreibende Aufzeichnung wählen</translation>
    </message>
    <message>
        <source>&amp;Title</source>
        <translation>T&amp;itel</translation>
    </message>
    <message>
        <source>O&amp;perator</source>
        <translation>&amp;Bediener</translation>
    </message>
    <message>
        <source>&amp;Write to</source>
        <translation>&amp;Ziel</translation>
    </message>
    <message>
        <source>find out: %1</source>
        <translation>erkannt: %1</translation>
    </message>
    <message>
        <source>Marks: %1</source>
        <translation>Marken: %1</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Time (s)</source>
        <translation>Zeit (s)</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>Kanal %1</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>Say where the recording goes.</source>
        <translation>Geben Sie ein Ziel an.</translation>
    </message>
    <message>
        <source>%1 exists already and is not overwritten: choose another name.</source>
        <translation>%1 gibt es schon und wird nicht überschrieben: Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Recordings (*.bnr)</source>
        <translation>Aufzeichnungen (*.bnr)</translation>
    </message>
    <message>
        <source>table of text (CSV)</source>
        <translation>Texttabelle (CSV)</translation>
    </message>
    <message>
        <source>UCI gas sensor drift</source>
        <translation>UCI-Gassensordrift</translation>
    </message>
    <message>
        <source>UCI wind tunnel</source>
        <translation>UCI-Windkanal</translation>
    </message>
    <message>
        <source>BME AI-Studio</source>
        <translation>BME AI-Studio</translation>
    </message>
    <message>
        <source>NumPy arrays</source>
        <translation>NumPy-Felder</translation>
    </message>
    <message>
        <source>Neurodata Without Borders (NWB)</source>
        <translation>Neurodata Without Borders (NWB)</translation>
    </message>
    <message>
        <source>HDF5</source>
        <translation>HDF5</translation>
    </message>
    <message>
        <source>MATLAB 5</source>
        <translation>MATLAB 5</translation>
    </message>
</context>
<context>
    <name>bnof::studio::JobBar</name>
    <message>
        <source>Work in progress</source>
        <translation>Laufende Arbeiten</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Progress of: %1</source>
        <translation>Fortschritt: %1</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>%1, %2 left</source>
        <translation>%1, noch %2</translation>
    </message>
</context>
<context>
    <name>bnof::studio::LimitsDialog</name>
    <message>
        <source>%1 cannot be removed: %2</source>
        <translation>%1 kann nicht entfernt werden: %2</translation>
    </message>
    <message>
        <source>Remove gas</source>
        <translation>Gas entfernen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Reference limits of gases</source>
        <translation>Referenzgrenzwerte von Gasen</translation>
    </message>
    <message>
        <source>What is wrong</source>
        <translation>Was nicht stimmt</translation>
    </message>
    <message>
        <source>Add gas</source>
        <translation>Gas hinzufügen</translation>
    </message>
    <message>
        <source>Shipped values</source>
        <translation>Mitgelieferte Werte</translation>
    </message>
    <message>
        <source>Every limit as it ships with the program; nothing is saved yet.</source>
        <translation>Alle Grenzwerte, wie sie mit dem Programm geliefert werden; noch ist nichts gespeichert.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Limits by gas</source>
        <translation>Grenzwerte je Gas</translation>
    </message>
    <message>
        <source>Gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>Einheit</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>Niedrig</translation>
    </message>
    <message>
        <source>High</source>
        <translation>Hoch</translation>
    </message>
    <message>
        <source>STEL, 15 min</source>
        <translation>STEL, 15 min</translation>
    </message>
    <message>
        <source>TWA, 8 h</source>
        <translation>TWA, 8 h</translation>
    </message>
    <message>
        <source>Alarm below</source>
        <translation>Alarm unterhalb</translation>
    </message>
    <message>
        <source>Where from</source>
        <translation>Herkunft</translation>
    </message>
    <message>
        <source>A gas that ships with the program stays; empty its limits.</source>
        <translation>Ein mitgeliefertes Gas bleibt; leeren Sie seine Grenzwerte.</translation>
    </message>
    <message>
        <source>Row %1: the gas needs a name.</source>
        <translation>Zeile %1: Das Gas braucht einen Namen.</translation>
    </message>
    <message>
        <source>%1, %2: &quot;%3&quot; is no limit. Write a number from 0 on, or leave it empty.</source>
        <translation>%1, %2: „%3“ ist kein Grenzwert. Geben Sie eine Zahl ab 0 ein oder lassen Sie das Feld leer.</translation>
    </message>
    <message>
        <source>the table</source>
        <translation>die Tabelle</translation>
    </message>
    <message>
        <source>Not a certified safety device: these are reference values to check and edit. Low and high are alarms on the present value, STEL on the average of 15 minutes, TWA on that of 8 hours. An empty cell is no limit.</source>
        <translation>Kein zertifiziertes Sicherheitsgerät: dies sind Richtwerte zum Prüfen und Ändern. Niedrig und hoch sind Alarme auf den jetzigen Wert, STEL auf das Mittel von 15 Minuten, TWA auf das von 8 Stunden. Ein leeres Feld heißt: kein Grenzwert.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::LiveWorkspace</name>
    <message>
        <source>State of the sensor</source>
        <translation>Zustand des Sensors</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>Traces</source>
        <translation>Signale</translation>
    </message>
    <message>
        <source>Spike raster</source>
        <translation>Spikeraster</translation>
    </message>
    <message>
        <source>Decision timeline</source>
        <translation>Zeitleiste der Entscheidungen</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Nothing is recognised</source>
        <translation>Nichts wird erkannt</translation>
    </message>
    <message>
        <source>No model is in use. Choose one under Settings, Recognition; what is recorded now can be recognised later.</source>
        <translation>Kein Modell ist in Gebrauch. Wählen Sie eines unter Einstellungen, Erkennung; was jetzt aufgezeichnet wird, kann später erkannt werden.</translation>
    </message>
    <message>
        <source>Recording notes</source>
        <translation>Angaben zur Aufzeichnung</translation>
    </message>
    <message>
        <source>Spikes</source>
        <translation>Spikes</translation>
    </message>
    <message>
        <source>Decisions</source>
        <translation>Entscheidungen</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>The sensor was unplugged or went away. It is being looked for; plug it in again and the session goes on. What is missing is marked as a gap.</source>
        <translation>Der Sensor wurde abgezogen oder ist verschwunden. Er wird gesucht; stecken Sie ihn wieder ein, dann geht die Sitzung weiter. Was fehlt, wird als Lücke gekennzeichnet.</translation>
    </message>
    <message>
        <source>The sensor is connected but sends nothing. Check its power and its program.</source>
        <translation>Der Sensor ist verbunden, sendet aber nichts. Prüfen Sie seine Stromversorgung und sein Programm.</translation>
    </message>
    <message>
        <source>The sensor cannot be used. The problem list says why and how to mend it.</source>
        <translation>Der Sensor kann nicht benutzt werden. Die Problemliste sagt, warum und was zu tun ist.</translation>
    </message>
    <message>
        <source>Waiting for the first reading</source>
        <translation>Warten auf den ersten Messwert</translation>
    </message>
    <message>
        <source>%1 is connected; traces appear with its first line.</source>
        <translation>%1 ist verbunden; die Signale erscheinen mit der ersten Zeile.</translation>
    </message>
    <message>
        <source>No spikes yet</source>
        <translation>Noch keine Spikes</translation>
    </message>
    <message>
        <source>No spiking model is in use.</source>
        <translation>Kein spikendes Modell ist in Gebrauch.</translation>
    </message>
    <message>
        <source>The network waits for the first frames.</source>
        <translation>Das Netz wartet auf die ersten Messwerte.</translation>
    </message>
    <message>
        <source>No readings arrive; nothing can be said.</source>
        <translation>Es kommen keine Messwerte an; eine Aussage ist nicht möglich.</translation>
    </message>
    <message>
        <source>Frames were lost in the last seconds.</source>
        <translation>In den letzten Sekunden gingen Messwerte verloren.</translation>
    </message>
    <message>
        <source>gap</source>
        <translation>Lücke</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Wird gestartet …</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>None of the %1 sensors sends anything: %2. Check their supply and the network; what is missing is marked as gaps.</source>
        <translation>Keiner der %1 Sensoren sendet etwas: %2. Prüfen Sie ihre Versorgung und das Netzwerk; was fehlt, wird als Lücke gekennzeichnet.</translation>
    </message>
    <message>
        <source>%1 of %2 sensors are lost: %3. The others go on; what is missing is marked as gaps.</source>
        <translation>%1 von %2 Sensoren sind verloren: %3. Die anderen laufen weiter; was fehlt, wird als Lücke gekennzeichnet.</translation>
    </message>
    <message>
        <source>%1 of %2 sensors send nothing: %3. Check their power and their programs; the others go on.</source>
        <translation>%1 von %2 Sensoren senden nichts: %3. Prüfen Sie ihre Stromversorgung und ihre Programme; die anderen laufen weiter.</translation>
    </message>
    <message>
        <source>Show sensors</source>
        <translation>Sensoren zeigen</translation>
    </message>
    <message>
        <source>Exposure protocol</source>
        <translation>Expositionsprotokoll</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Sensors</source>
        <translation>Sensoren</translation>
    </message>
    <message>
        <source>Safety</source>
        <translation>Sicherheit</translation>
    </message>
    <message>
        <source>Wh&amp;y?</source>
        <translation>War&amp;um?</translation>
    </message>
    <message>
        <source>Why this answer?</source>
        <translation>Warum diese Antwort?</translation>
    </message>
    <message>
        <source>Which channels, times and spikes the present answer rests on</source>
        <translation>Auf welchen Kanälen, Zeiten und Spikes die jetzige Antwort beruht</translation>
    </message>
</context>
<context>
    <name>bnof::studio::MainWindow</name>
    <message>
        <source>BioNeuro Olfactory Fusion</source>
        <translation>BioNeuro Olfactory Fusion</translation>
    </message>
    <message>
        <source>Notice</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>&amp;Session</source>
        <translation>&amp;Sitzung</translation>
    </message>
    <message>
        <source>Labelled marks</source>
        <translation>Beschriftete Marken</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Recording</source>
        <translation>&amp;Aufzeichnung</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>A&amp;nsicht</translation>
    </message>
    <message>
        <source>Panels of Live</source>
        <translation>Bereiche von Live</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>mark</source>
        <translation>Marke</translation>
    </message>
    <message>
        <source>Stop &amp;recording</source>
        <translation>&amp;Aufzeichnung beenden</translation>
    </message>
    <message>
        <source>&amp;Record</source>
        <translation>&amp;Aufzeichnen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Aufzeichnen</translation>
    </message>
    <message>
        <source>Mark: %1</source>
        <translation>Marke: %1</translation>
    </message>
    <message>
        <source>Undo %1</source>
        <translation>Rückgängig: %1</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo %1</source>
        <translation>Wiederholen: %1</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Open a recording</source>
        <translation>Aufzeichnung öffnen</translation>
    </message>
    <message>
        <source>Recordings (*.bnr)</source>
        <translation>Aufzeichnungen (*.bnr)</translation>
    </message>
    <message>
        <source>Operator view: record, mark and freeze. F11 leaves it.</source>
        <translation>Bedieneransicht: aufzeichnen, markieren, anhalten. F11 verlässt sie.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>A recording is running</source>
        <translation>Eine Aufzeichnung läuft</translation>
    </message>
    <message>
        <source>Stop the recording and quit?</source>
        <translation>Aufzeichnung beenden und Programm schließen?</translation>
    </message>
    <message>
        <source>Everything up to now is saved and the file is closed properly.</source>
        <translation>Alles bis jetzt wird gespeichert und die Datei ordentlich abgeschlossen.</translation>
    </message>
    <message>
        <source>Stop, save and quit</source>
        <translation>Beenden, speichern und schließen</translation>
    </message>
    <message>
        <source>Keep recording</source>
        <translation>Weiter aufzeichnen</translation>
    </message>
    <message>
        <source>Finishing the recording; the window closes when all of it is on disk.</source>
        <translation>Die Aufzeichnung wird abgeschlossen; das Fenster schließt, sobald alles auf der Platte ist.</translation>
    </message>
    <message>
        <source>The problem report was copied; paste it where it is needed.</source>
        <translation>Der Problembericht wurde kopiert; fügen Sie ihn ein, wo er gebraucht wird.</translation>
    </message>
    <message>
        <source>About this program</source>
        <translation>Über dieses Programm</translation>
    </message>
    <message>
        <source>BioNeuro Olfactory Fusion %1</source>
        <translation>BioNeuro Olfactory Fusion %1</translation>
    </message>
    <message>
        <source>From a gas sensor to a named gas, recorded and replayed bit for bit.
Free software under the GNU General Public License, version 3 or later.</source>
        <translation>Vom Gassensor zum beschrifteten Gas, Bit für Bit aufgezeichnet und wiedergegeben.
Freie Software unter der GNU General Public License, Version 3 oder später.</translation>
    </message>
    <message>
        <source>A replay is running.</source>
        <translation>Eine Wiedergabe läuft.</translation>
    </message>
    <message>
        <source>Connect a sensor first.</source>
        <translation>Erst einen Sensor verbinden.</translation>
    </message>
    <message>
        <source>Nothing is running.</source>
        <translation>Es läuft nichts.</translation>
    </message>
    <message>
        <source>No replay is running.</source>
        <translation>Es läuft keine Wiedergabe.</translation>
    </message>
    <message>
        <source>Locked in the operator view.</source>
        <translation>In der Bedieneransicht gesperrt.</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>Es gibt nichts rückgängig zu machen.</translation>
    </message>
    <message>
        <source>There is nothing to redo.</source>
        <translation>Es gibt nichts zu wiederholen.</translation>
    </message>
    <message>
        <source>&amp;Network</source>
        <translation>&amp;Netz</translation>
    </message>
    <message>
        <source>&amp;Protocol</source>
        <translation>&amp;Protokoll</translation>
    </message>
    <message>
        <source>Becoming an engineer needs the PIN from now on.</source>
        <translation>Für den Wechsel zum Ingenieur ist ab jetzt die PIN nötig.</translation>
    </message>
    <message>
        <source>Becoming an engineer needs no PIN from now on.</source>
        <translation>Für den Wechsel zum Ingenieur ist ab jetzt keine PIN nötig.</translation>
    </message>
    <message>
        <source>You are an operator now: you can run, mark, acknowledge and export.</source>
        <translation>Sie sind jetzt Bediener: Sie können Läufe durchführen, markieren, quittieren und exportieren.</translation>
    </message>
    <message>
        <source>You are an engineer now.</source>
        <translation>Sie sind jetzt Ingenieur.</translation>
    </message>
    <message>
        <source>You are: %1. Press to switch.</source>
        <translation>Sie sind: %1. Zum Wechseln drücken.</translation>
    </message>
    <message>
        <source>&amp;Training</source>
        <translation>&amp;Training</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>&amp;Vergleich</translation>
    </message>
    <message>
        <source>Nothing was answered yet.</source>
        <translation>Noch gab es keine Antwort.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ModelsPanel</name>
    <message>
        <source>nobody</source>
        <translation>niemandem</translation>
    </message>
    <message>
        <source>%1 (key not trusted)</source>
        <translation>%1 (Schlüssel nicht vertraut)</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Held out</source>
        <translation>Zurückgehalten</translation>
    </message>
    <message>
        <source>LDA beside it</source>
        <translation>LDA daneben</translation>
    </message>
    <message>
        <source>Gases</source>
        <translation>Gase</translation>
    </message>
    <message>
        <source>Signed by</source>
        <translation>Unterschrieben von</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>Geschrieben</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>%1 (in use)</source>
        <translation>%1 (in Gebrauch)</translation>
    </message>
    <message>
        <source>cannot be used</source>
        <translation>unbrauchbar</translation>
    </message>
    <message>
        <source>No model is chosen.</source>
        <translation>Es ist kein Modell gewählt.</translation>
    </message>
    <message>
        <source>This file cannot be used.</source>
        <translation>Diese Datei ist nicht brauchbar.</translation>
    </message>
    <message>
        <source>This model is in use.</source>
        <translation>Dieses Modell ist in Gebrauch.</translation>
    </message>
    <message>
        <source>This model ships with the program.</source>
        <translation>Dieses Modell gehört zum Programm.</translation>
    </message>
    <message>
        <source>%1 recognises from the next session on. Edit, Undo goes back.</source>
        <translation>%1 erkennt ab der nächsten Sitzung. Bearbeiten, Rückgängig führt zurück.</translation>
    </message>
    <message>
        <source>%1 recognises from now on. Edit, Undo goes back for the next session.</source>
        <translation>%1 erkennt ab jetzt. Bearbeiten, Rückgängig führt für die nächste Sitzung zurück.</translation>
    </message>
    <message>
        <source>Write the model card</source>
        <translation>Modellkarte schreiben</translation>
    </message>
    <message>
        <source>PDF documents (*.pdf)</source>
        <translation>PDF-Dokumente (*.pdf)</translation>
    </message>
    <message>
        <source>Model card of %1</source>
        <translation>Modellkarte von %1</translation>
    </message>
    <message>
        <source>The model card is written.</source>
        <translation>Die Modellkarte ist geschrieben.</translation>
    </message>
    <message>
        <source>Delete the model</source>
        <translation>Modell löschen</translation>
    </message>
    <message>
        <source>Move the model &quot;%1&quot; to the trash?</source>
        <translation>Das Modell „%1“ in den Papierkorb verschieben?</translation>
    </message>
    <message>
        <source>Recordings keep the model that they were made with; they are not changed.</source>
        <translation>Aufzeichnungen behalten das Modell, mit dem sie entstanden; sie bleiben unverändert.</translation>
    </message>
    <message>
        <source>Move to trash</source>
        <translation>In den Papierkorb</translation>
    </message>
    <message>
        <source>%1 could not be moved to the trash.</source>
        <translation>%1 ließ sich nicht in den Papierkorb verschieben.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::NavigationRail</name>
    <message>
        <source>Workspaces</source>
        <translation>Arbeitsbereiche</translation>
    </message>
    <message>
        <source>Workspace %1</source>
        <translation>Arbeitsbereich %1</translation>
    </message>
</context>
<context>
    <name>bnof::studio::NetworkDraft</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>discarded changes of the network</source>
        <translation>Verwerfen der Änderungen am Netz</translation>
    </message>
    <message>
        <source>return to the loaded network</source>
        <translation>Rückkehr zum geladenen Netz</translation>
    </message>
</context>
<context>
    <name>bnof::studio::NetworkPanel</name>
    <message>
        <source>threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>rest</source>
        <translation>Ruhe</translation>
    </message>
    <message>
        <source>peak</source>
        <translation>Spitze</translation>
    </message>
    <message>
        <source>reset</source>
        <translation>Rücksetzung</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>Selected part of the network</source>
        <translation>Ausgewählter Teil des Netzes</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>Size and model come from training.</source>
        <translation>Größe und Modell stammen aus dem Training.</translation>
    </message>
    <message>
        <source>Membrane</source>
        <translation>Membran</translation>
    </message>
    <message>
        <source>Neurons from</source>
        <translation>Neuronen ab</translation>
    </message>
    <message>
        <source>First neuron whose membrane is shown</source>
        <translation>Erstes Neuron, dessen Membran gezeigt wird</translation>
    </message>
    <message>
        <source>Membrane potentials</source>
        <translation>Membranpotentiale</translation>
    </message>
    <message>
        <source>This is the trained readout. Its weights are changed by training, not by hand.</source>
        <translation>Dies ist die trainierte Auslese. Ihre Gewichte ändert das Training, nicht die Hand.</translation>
    </message>
    <message>
        <source>The trained readout is changed by training.</source>
        <translation>Die trainierte Auslese wird durch Training geändert.</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Show the weights as they are now</source>
        <translation>Jetzige Gewichte zeigen</translation>
    </message>
    <message>
        <source>The whole network</source>
        <translation>Das ganze Netz</translation>
    </message>
    <message>
        <source>Computed by</source>
        <translation>Berechnet von</translation>
    </message>
    <message>
        <source>Choose another in the settings</source>
        <translation>In den Einstellungen wählen</translation>
    </message>
    <message>
        <source>Time of the processor</source>
        <translation>Prozessorzeit</translation>
    </message>
    <message>
        <source>Time of the processor by phase</source>
        <translation>Prozessorzeit nach Phasen</translation>
    </message>
    <message>
        <source>%L1 neurons, %2</source>
        <translation>%L1 Neuronen, %2</translation>
    </message>
    <message>
        <source>%1 → %2, %3</source>
        <translation>%1 → %2, %3</translation>
    </message>
    <message>
        <source>%L1 neurons and %L2 synapses in %L3 populations and %L4 projections. Select a part to see and change it.</source>
        <translation>%L1 Neuronen und %L2 Synapsen in %L3 Populationen und %L4 Projektionen. Wählen Sie einen Teil aus, um ihn zu sehen und zu ändern.</translation>
    </message>
    <message>
        <source>%L1 synapses, mean %2 %3</source>
        <translation>%L1 Synapsen, Mittel %2 %3</translation>
    </message>
    <message>
        <source>%1 a neuron</source>
        <translation>%1 je Neuron</translation>
    </message>
    <message>
        <source> · %1 fired in the last second</source>
        <translation> · %1 feuerten in der letzten Sekunde</translation>
    </message>
    <message>
        <source>%1 synaptic events</source>
        <translation>%1 synaptische Ereignisse</translation>
    </message>
    <message>
        <source>Synapses</source>
        <translation>Synapsen</translation>
    </message>
    <message>
        <source>Neurons</source>
        <translation>Neuronen</translation>
    </message>
    <message>
        <source>Learning</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>Ordering</source>
        <translation>Ordnen</translation>
    </message>
    <message>
        <source>One second of the network takes %1 of one processor core.</source>
        <translation>Eine Sekunde des Netzes braucht %1 eines Prozessorkerns.</translation>
    </message>
    <message>
        <source>This machine offers %1; all give the same spikes.</source>
        <translation>Dieser Rechner bietet %1; alle ergeben dieselben Spikes.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::NetworkWorkspace</name>
    <message>
        <source>State of the network</source>
        <translation>Zustand des Netzes</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>Saved %1. To recognise with it from now on, choose it under Settings, Recognition.</source>
        <translation>%1 ist gespeichert. Um künftig damit zu erkennen, wählen Sie es unter Einstellungen, Erkennung.</translation>
    </message>
    <message>
        <source>Arrows excite, bars inhibit, dashed lines learn; the wider, the more spikes they carry. * changed and not running yet.</source>
        <translation>Pfeile erregen, Balken hemmen, gestrichelte Linien lernen; je breiter, desto mehr Spikes tragen sie. * geändert und noch nicht in Betrieb.</translation>
    </message>
    <message>
        <source>Selected part of the network</source>
        <translation>Ausgewählter Teil des Netzes</translation>
    </message>
    <message>
        <source>No network is running</source>
        <translation>Es läuft kein Netz</translation>
    </message>
    <message>
        <source>A network runs while a sensor is connected or a recording is replayed.</source>
        <translation>Ein Netz läuft, während ein Sensor verbunden ist oder eine Aufzeichnung wiedergegeben wird.</translation>
    </message>
    <message>
        <source>Nothing is recognised</source>
        <translation>Nichts wird erkannt</translation>
    </message>
    <message>
        <source>No model is in use. Choose one under Settings, Recognition, and connect again.</source>
        <translation>Kein Modell ist in Gebrauch. Wählen Sie eines unter Einstellungen, Erkennung, und verbinden Sie erneut.</translation>
    </message>
    <message>
        <source>This model has no network</source>
        <translation>Dieses Modell hat kein Netz</translation>
    </message>
    <message>
        <source>“%1” is a classical recogniser; only spiking models have a network to look at.</source>
        <translation>„%1“ ist ein klassischer Erkenner; nur spikende Modelle haben ein Netz zum Ansehen.</translation>
    </message>
    <message>
        <source>Changed after training: what it recognises was not measured.</source>
        <translation>Nach dem Training geändert: Was es erkennt, wurde nicht gemessen.</translation>
    </message>
    <message>
        <source>As it was trained.</source>
        <translation>Wie trainiert.</translation>
    </message>
    <message>
        <source>Takes over with the next decision …</source>
        <translation>Übernimmt mit der nächsten Entscheidung …</translation>
    </message>
    <message>
        <source>You have changes that do not run yet.</source>
        <translation>Sie haben Änderungen, die noch nicht in Betrieb sind.</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>No network is running.</source>
        <translation>Es läuft kein Netz.</translation>
    </message>
    <message>
        <source>A replay shows the network that was recorded.</source>
        <translation>Eine Wiedergabe zeigt das aufgezeichnete Netz.</translation>
    </message>
    <message>
        <source>A change is being taken over.</source>
        <translation>Eine Änderung wird gerade übernommen.</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>Nichts wurde geändert.</translation>
    </message>
    <message>
        <source>A value makes no sense.</source>
        <translation>Ein Wert ergibt keinen Sinn.</translation>
    </message>
    <message>
        <source>The changes are being checked.</source>
        <translation>Die Änderungen werden geprüft.</translation>
    </message>
    <message>
        <source>Discard changes</source>
        <translation>Änderungen verwerfen</translation>
    </message>
    <message>
        <source>As loaded</source>
        <translation>Wie geladen</translation>
    </message>
    <message>
        <source>A recording is running</source>
        <translation>Eine Aufzeichnung läuft</translation>
    </message>
    <message>
        <source>Close the recording and continue in a new one?</source>
        <translation>Die Aufzeichnung schließen und in einer neuen weitermachen?</translation>
    </message>
    <message>
        <source>A recording holds one network, so that it can be replayed bit for bit. What is recorded up to now stays as it is.</source>
        <translation>Eine Aufzeichnung enthält ein Netz, damit sie Bit für Bit wiedergegeben werden kann. Was bis jetzt aufgezeichnet ist, bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>Continue in a new recording</source>
        <translation>In neuer Aufzeichnung weiter</translation>
    </message>
    <message>
        <source>Keep the network</source>
        <translation>Netz behalten</translation>
    </message>
    <message>
        <source>Save the model as</source>
        <translation>Modell speichern unter</translation>
    </message>
    <message>
        <source>Models (*.bnofmodel)</source>
        <translation>Modelle (*.bnofmodel)</translation>
    </message>
</context>
<context>
    <name>bnof::studio::NotesPanel</name>
    <message>
        <source>Add note</source>
        <translation>Notiz setzen</translation>
    </message>
    <message>
        <source>for example: Ethanol, specimen 4</source>
        <translation>zum Beispiel: Ethanol, Probe 4</translation>
    </message>
    <message>
        <source>Title of the recording</source>
        <translation>Titel der Aufzeichnung</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>Notes on the recording</source>
        <translation>Notizen zur Aufzeichnung</translation>
    </message>
    <message>
        <source>A note at this moment</source>
        <translation>Eine Notiz zu diesem Zeitpunkt</translation>
    </message>
    <message>
        <source>Note at this moment</source>
        <translation>Notiz zu diesem Zeitpunkt</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Saved: %1</source>
        <translation>Gespeichert: %1</translation>
    </message>
    <message>
        <source>Written into the next recording.</source>
        <translation>Steht in der nächsten Aufzeichnung.</translation>
    </message>
    <message>
        <source>Recording into %1. What you change here goes into it; a note is kept as a mark at its time.</source>
        <translation>Aufzeichnung in %1. Was Sie hier ändern, kommt hinein; eine Bemerkung bleibt als Marke bei ihrer Zeit.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::PinDialog</name>
    <message>
        <source>New PIN</source>
        <translation>Neue PIN</translation>
    </message>
    <message>
        <source>New PIN once more</source>
        <translation>Neue PIN noch einmal</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>PIN for engineers</source>
        <translation>PIN für Ingenieure</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>An operator has to enter it to become an engineer. It guards against mistakes: who may write the settings file can take it out. Empty: no PIN.</source>
        <translation>Ein Bediener muss sie eingeben, um Ingenieur zu werden. Sie schützt vor Versehen: Wer die Einstellungsdatei schreiben darf, kann sie entfernen. Leer: keine PIN.</translation>
    </message>
    <message>
        <source>Once more</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>Die beiden stimmen nicht überein.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::PlanPanel</name>
    <message>
        <source>State of the training data</source>
        <translation>Zustand der Trainingsdaten</translation>
    </message>
    <message>
        <source>Cancel the training</source>
        <translation>Training abbrechen</translation>
    </message>
    <message>
        <source>Exposures of each gas</source>
        <translation>Expositionen jedes Gases</translation>
    </message>
    <message>
        <source>pass</source>
        <translation>Durchgang</translation>
    </message>
    <message>
        <source>error of the readout (mean square)</source>
        <translation>Fehler der Auslese (mittleres Quadrat)</translation>
    </message>
    <message>
        <source>What is learned in every pass</source>
        <translation>Was in jedem Durchgang gelernt wird</translation>
    </message>
    <message>
        <source>Exposures</source>
        <translation>Expositionen</translation>
    </message>
    <message>
        <source>What trains and what tests</source>
        <translation>Was trainiert und was prüft</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation>Name des Modells</translation>
    </message>
    <message>
        <source>my nose</source>
        <translation>meine Nase</translation>
    </message>
    <message>
        <source>Kind of model</source>
        <translation>Art des Modells</translation>
    </message>
    <message>
        <source>Spiking network</source>
        <translation>Spikendes Netz</translation>
    </message>
    <message>
        <source>Shrinkage LDA</source>
        <translation>Shrinkage-LDA</translation>
    </message>
    <message>
        <source>Nearest template</source>
        <translation>Nächste Schablone</translation>
    </message>
    <message>
        <source>Support vector machine</source>
        <translation>Stützvektormaschine</translation>
    </message>
    <message>
        <source>Random forest</source>
        <translation>Zufallswald</translation>
    </message>
    <message>
        <source>Nearest neighbours</source>
        <translation>Nächste Nachbarn</translation>
    </message>
    <message>
        <source>Convolutional network</source>
        <translation>Faltungsnetz</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>The same data, settings and seed give the same model, bit for bit.</source>
        <translation>Dieselben Daten, Einstellungen und derselbe Startwert ergeben dasselbe Modell, Bit für Bit.</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Trainieren</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>The data is being read.</source>
        <translation>Die Daten werden gelesen.</translation>
    </message>
    <message>
        <source>Nothing speaks against training on this data.</source>
        <translation>Nichts spricht dagegen, mit diesen Daten zu trainieren.</translation>
    </message>
    <message>
        <source>Tick recordings in which exposures are marked, or choose a folder of labelled measurements. Mark an exposure as &quot;ethanol 100 ppm&quot; and its end as &quot;end&quot;, or let a protocol do it.</source>
        <translation>Haken Sie Aufzeichnungen an, in denen Expositionen markiert sind, oder wählen Sie einen Ordner beschrifteter Messungen. Markieren Sie eine Exposition mit „ethanol 100 ppm“ und ihr Ende mit „end“, oder überlassen Sie das einem Protokoll.</translation>
    </message>
    <message numerus="yes">
        <source>Every recording tests once what the others taught, in %n round(s); the first is shown. The model itself is trained on everything.</source>
        <translation>
            <numerusform>Jede Aufzeichnung prüft einmal, was die anderen lehrten, in %n Runde; sie ist gezeigt. Das Modell selbst wird mit allem trainiert.</numerusform>
            <numerusform>Jede Aufzeichnung prüft einmal, was die anderen lehrten, in %n Runden; die erste ist gezeigt. Das Modell selbst wird mit allem trainiert.</numerusform>
        </translation>
    </message>
    <message>
        <source>The later part of every recording tests what the earlier part taught. The model itself is trained on everything. Recordings of several days would show more.</source>
        <translation>Der spätere Teil jeder Aufzeichnung prüft, was der frühere lehrte. Das Modell selbst wird mit allem trainiert. Aufzeichnungen mehrerer Tage zeigten mehr.</translation>
    </message>
    <message>
        <source>No model was made: %1</source>
        <translation>Es entstand kein Modell: %1</translation>
    </message>
    <message>
        <source>The model is made: %1</source>
        <translation>Das Modell ist fertig: %1</translation>
    </message>
    <message>
        <source>network %1</source>
        <translation>Netz %1</translation>
    </message>
    <message>
        <source>Virtual receptors</source>
        <translation>Virtuelle Rezeptoren</translation>
    </message>
    <message>
        <source>Spike code of the receptors</source>
        <translation>Spike-Code der Rezeptoren</translation>
    </message>
    <message>
        <source>As the data suggests</source>
        <translation>Wie es die Daten nahelegen</translation>
    </message>
    <message>
        <source>Staggered thresholds</source>
        <translation>Gestaffelte Schwellen</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Rate</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>Phase</translation>
    </message>
    <message>
        <source>Burst</source>
        <translation>Salven</translation>
    </message>
    <message>
        <source>Rank order</source>
        <translation>Rangfolge</translation>
    </message>
    <message>
        <source>Delta</source>
        <translation>Delta</translation>
    </message>
    <message>
        <source>Sigma-delta</source>
        <translation>Sigma-Delta</translation>
    </message>
    <message>
        <source>Population</source>
        <translation>Population</translation>
    </message>
    <message>
        <source>How the readout learns</source>
        <translation>Wie die Ausgabe lernt</translation>
    </message>
    <message>
        <source>Error-driven (delta rule)</source>
        <translation>Aus Fehlern (Delta-Regel)</translation>
    </message>
    <message>
        <source>Ridge regression</source>
        <translation>Ridge-Regression</translation>
    </message>
    <message>
        <source>Surrogate gradient</source>
        <translation>Ersatzgradient</translation>
    </message>
    <message>
        <source>Spike code</source>
        <translation>Spike-Code</translation>
    </message>
    <message>
        <source>Learning</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>Front end</source>
        <translation>Vorverarbeitung</translation>
    </message>
    <message>
        <source>Take off temperature and humidity</source>
        <translation>Temperatur und Feuchte abziehen</translation>
    </message>
    <message>
        <source>What the device&apos;s own climate sensors explain is taken off every channel.</source>
        <translation>Was die Klimasensoren des Geräts erklären, wird von jedem Kanal abgezogen.</translation>
    </message>
    <message>
        <source>Freezing baseline</source>
        <translation>Einfrierende Grundlinie</translation>
    </message>
    <message>
        <source>A slow baseline that stands still during exposures, so that a long one does not become clean air.</source>
        <translation>Eine langsame Grundlinie, die während Expositionen stillsteht, damit eine lange nicht zu sauberer Luft wird.</translation>
    </message>
    <message>
        <source>Deconvolution</source>
        <translation>Entfaltung</translation>
    </message>
    <message>
        <source>What slow sensors will come to, from how fast they move: quicker, and noisier.</source>
        <translation>Worauf langsame Sensoren zulaufen, aus ihrer Geschwindigkeit: schneller, und verrauschter.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ProblemHub</name>
    <message numerus="yes">
        <source>%n faults of channels, on %1 and others</source>
        <translation>
            <numerusform>%n Kanalstörung, bei %1 und weiteren</numerusform>
            <numerusform>%n Kanalstörungen, bei %1 und weiteren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n sources are lost: %1 and others</source>
        <translation>
            <numerusform>%n Quelle ist verloren: %1 und weitere</numerusform>
            <numerusform>%n Quellen sind verloren: %1 und weitere</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n calibrations need a look: %1 and others</source>
        <translation>
            <numerusform>%n Kalibrierung ist zu prüfen: %1 und weitere</numerusform>
            <numerusform>%n Kalibrierungen sind zu prüfen: %1 und weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>The panel &quot;Sensors&quot; names each of them; click a row there for what to do. So many at once often have one cause: supply, network, or the time of this computer.</source>
        <translation>Das Feld „Sensoren“ nennt sie einzeln; klicken Sie dort auf eine Zeile, um zu sehen, was zu tun ist. So viele auf einmal haben oft eine gemeinsame Ursache: Versorgung, Netzwerk oder die Uhrzeit dieses Rechners.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::Program</name>
    <message>
        <source>Safe mode: the last two starts failed. The default layout is shown and nothing was connected. The next start is a normal one.</source>
        <translation>Abgesicherter Modus: Die letzten beiden Starts sind misslungen. Es gilt die Standardanordnung und nichts wurde verbunden. Der nächste Start ist wieder ein gewöhnlicher.</translation>
    </message>
    <message>
        <source>Safe mode: the default layout is shown and nothing was connected.</source>
        <translation>Abgesicherter Modus: Es gilt die Standardanordnung und nichts wurde verbunden.</translation>
    </message>
    <message>
        <source>This program is already open (process %1). Both windows can be used; a sensor can be connected to one of them only, and this window&apos;s layout is not kept.</source>
        <translation>Dieses Programm ist bereits geöffnet (Prozess %1). Beide Fenster sind benutzbar; ein Sensor kann nur mit einem davon verbunden sein, und die Anordnung dieses Fensters wird nicht gespeichert.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ProtocolController</name>
    <message>
        <source>The recording did not begin; the problem list says why. The protocol was not started.</source>
        <translation>Die Aufzeichnung hat nicht begonnen; die Problemliste sagt, warum. Das Protokoll wurde nicht gestartet.</translation>
    </message>
    <message>
        <source>the session was ended</source>
        <translation>die Sitzung wurde beendet</translation>
    </message>
    <message>
        <source>A gate is shut: %1</source>
        <translation>Eine Freigabe fehlt: %1</translation>
    </message>
    <message>
        <source>The protocol was not started.</source>
        <translation>Das Protokoll wurde nicht gestartet.</translation>
    </message>
    <message>
        <source>The recording has ended. Going on begins another one.</source>
        <translation>Die Aufzeichnung ist beendet. Beim Fortsetzen beginnt eine neue.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ProtocolDialog</name>
    <message>
        <source>Save as a new version</source>
        <translation>Als neue Version speichern</translation>
    </message>
    <message>
        <source>New protocol</source>
        <translation>Neues Protokoll</translation>
    </message>
    <message>
        <source>Edit %1</source>
        <translation>%1 bearbeiten</translation>
    </message>
    <message>
        <source>Course</source>
        <translation>Ablauf</translation>
    </message>
    <message>
        <source>Gates</source>
        <translation>Freigaben</translation>
    </message>
    <message>
        <source>Valves</source>
        <translation>Ventile</translation>
    </message>
    <message>
        <source>gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>Give the protocol a name.</source>
        <translation>Geben Sie dem Protokoll einen Namen.</translation>
    </message>
    <message>
        <source>No temperature is in this range.</source>
        <translation>In diesem Bereich liegt keine Temperatur.</translation>
    </message>
    <message>
        <source>No humidity is in this range.</source>
        <translation>In diesem Bereich liegt keine Feuchte.</translation>
    </message>
    <message>
        <source>Discard the changes of this protocol?</source>
        <translation>Die Änderungen an diesem Protokoll verwerfen?</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Keep editing</source>
        <translation>Weiter bearbeiten</translation>
    </message>
    <message>
        <source>not asked for</source>
        <translation>nicht verlangt</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>for example: Three gases in triplicate</source>
        <translation>zum Beispiel: Drei Gase in dreifacher Wiederholung</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>Grundlinie</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>Exposition</translation>
    </message>
    <message>
        <source>Recovery</source>
        <translation>Erholung</translation>
    </message>
    <message>
        <source>Wait</source>
        <translation>Warten</translation>
    </message>
    <message>
        <source>Gases</source>
        <translation>Gase</translation>
    </message>
    <message>
        <source>Replicates</source>
        <translation>Wiederholungen</translation>
    </message>
    <message>
        <source>Blanks a replicate</source>
        <translation>Leerproben je Wiederholung</translation>
    </message>
    <message>
        <source>Command of a blank</source>
        <translation>Befehl einer Leerprobe</translation>
    </message>
    <message>
        <source>sent to the valves, e.g. V1=1</source>
        <translation>an die Ventile gesendet, z. B. V1=1</translation>
    </message>
    <message>
        <source>The order within a replicate is drawn by the seed</source>
        <translation>Der Startwert bestimmt die Reihenfolge innerhalb einer Wiederholung</translation>
    </message>
    <message>
        <source>Random order</source>
        <translation>Zufällige Reihenfolge</translation>
    </message>
    <message>
        <source>Gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>ppm</source>
        <translation>ppm</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Gases, their concentrations and the commands that let them flow</source>
        <translation>Gase, ihre Konzentrationen und die Befehle, die sie strömen lassen</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Nach oben</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Nach unten</translation>
    </message>
    <message>
        <source>What must hold before the protocol starts. Every device must stream without a faulty channel, whatever is asked for here. 0: not asked for.</source>
        <translation>Was erfüllt sein muss, bevor das Protokoll startet. Jedes Gerät muss ohne gestörten Kanal senden, gleich was hier verlangt wird. 0: nicht verlangt.</translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation>Aufwärmen</translation>
    </message>
    <message>
        <source>Baseline looked at</source>
        <translation>Betrachtete Grundlinie</translation>
    </message>
    <message>
        <source>Baseline may move by</source>
        <translation>Grundlinie darf wandern um</translation>
    </message>
    <message>
        <source>% a minute</source>
        <translation>% je Minute</translation>
    </message>
    <message>
        <source>Baseline may spread by</source>
        <translation>Grundlinie darf streuen um</translation>
    </message>
    <message>
        <source>Temperature, at least</source>
        <translation>Temperatur, mindestens</translation>
    </message>
    <message>
        <source>Temperature, at most</source>
        <translation>Temperatur, höchstens</translation>
    </message>
    <message>
        <source>Humidity, at least</source>
        <translation>Feuchte, mindestens</translation>
    </message>
    <message>
        <source>Humidity, at most</source>
        <translation>Feuchte, höchstens</translation>
    </message>
    <message>
        <source>Free on the disk</source>
        <translation>Auf der Platte frei</translation>
    </message>
    <message>
        <source>A line to valves or mass-flow controllers. Without one, people open and close the valves by hand and the program marks when.</source>
        <translation>Eine Leitung zu Ventilen oder Massendurchflussreglern. Ohne sie werden die Ventile von Hand geöffnet und geschlossen, und das Programm setzt dazu die Marken.</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>Leitung</translation>
    </message>
    <message>
        <source>for example: serial:/dev/ttyACM0?baud=9600</source>
        <translation>zum Beispiel: serial:/dev/ttyACM0?baud=9600</translation>
    </message>
    <message>
        <source>Clean air</source>
        <translation>Saubere Luft</translation>
    </message>
    <message>
        <source>command, e.g. V1=1</source>
        <translation>Befehl, z. B. V1=1</translation>
    </message>
    <message>
        <source>command; empty: as clean air</source>
        <translation>Befehl; leer: wie saubere Luft</translation>
    </message>
    <message>
        <source>Everything shut</source>
        <translation>Alles geschlossen</translation>
    </message>
    <message>
        <source>command, e.g. ALL=0</source>
        <translation>Befehl, z. B. ALL=0</translation>
    </message>
    <message>
        <source>End of a line</source>
        <translation>Zeilenende</translation>
    </message>
    <message>
        <source>What would flow when</source>
        <translation>Was wann strömen würde</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Saving makes the next version in a file of its own; older ones stay as they are.</source>
        <translation>Beim Speichern entsteht die nächste Version in einer eigenen Datei; ältere bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ProtocolPanel</name>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation>Aufwärmen</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>Grundlinie</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>Humidity</source>
        <translation>Feuchte</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Speicherplatz</translation>
    </message>
    <message>
        <source>Valves</source>
        <translation>Ventile</translation>
    </message>
    <message>
        <source>baseline</source>
        <comment>phase of a protocol</comment>
        <translation>Grundlinie</translation>
    </message>
    <message>
        <source>recovery</source>
        <comment>phase of a protocol</comment>
        <translation>Erholung</translation>
    </message>
    <message>
        <source>wait</source>
        <comment>phase of a protocol</comment>
        <translation>Warten</translation>
    </message>
    <message>
        <source>blank</source>
        <comment>exposure to clean air</comment>
        <translation>Leerprobe</translation>
    </message>
    <message>
        <source>Exposure protocol</source>
        <translation>Expositionsprotokoll</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Seed of the order</source>
        <translation>Startwert der Reihenfolge</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Choose a protocol first.</source>
        <translation>Erst ein Protokoll wählen.</translation>
    </message>
    <message>
        <source>Connect a sensor first.</source>
        <translation>Erst einen Sensor verbinden.</translation>
    </message>
    <message>
        <source>The recording is being begun.</source>
        <translation>Die Aufzeichnung wird gerade begonnen.</translation>
    </message>
    <message>
        <source>It was started already.</source>
        <translation>Es wurde bereits gestartet.</translation>
    </message>
    <message>
        <source>A gate is shut.</source>
        <translation>Eine Freigabe fehlt.</translation>
    </message>
    <message>
        <source>The gates are being looked at.</source>
        <translation>Die Freigaben werden geprüft.</translation>
    </message>
    <message>
        <source>Every gate is open.</source>
        <translation>Alle Freigaben sind erteilt.</translation>
    </message>
    <message>
        <source>Resume the protocol</source>
        <translation>Protokoll fortsetzen</translation>
    </message>
    <message>
        <source>Pause the protocol</source>
        <translation>Protokoll anhalten</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>No protocol is running.</source>
        <translation>Es läuft kein Protokoll.</translation>
    </message>
    <message>
        <source>No protocol has ended.</source>
        <translation>Es ist kein Protokoll zu Ende gegangen.</translation>
    </message>
    <message>
        <source>No protocol has ended in a recording that is finished.</source>
        <translation>Kein Protokoll ist in einer abgeschlossenen Aufzeichnung zu Ende gegangen.</translation>
    </message>
    <message>
        <source>Locked in the operator view.</source>
        <translation>In der Bedieneransicht gesperrt.</translation>
    </message>
    <message>
        <source>A protocol is running.</source>
        <translation>Ein Protokoll läuft.</translation>
    </message>
    <message>
        <source>Choose a protocol …</source>
        <translation>Protokoll wählen …</translation>
    </message>
    <message>
        <source>%1: cannot be used</source>
        <translation>%1: nicht verwendbar</translation>
    </message>
    <message>
        <source>%1, version %2 (example)</source>
        <translation>%1, Version %2 (Beispiel)</translation>
    </message>
    <message>
        <source>%1, version %2</source>
        <translation>%1, Version %2</translation>
    </message>
    <message>
        <source>Open file …</source>
        <translation>Datei öffnen …</translation>
    </message>
    <message>
        <source>Open a protocol</source>
        <translation>Protokoll öffnen</translation>
    </message>
    <message>
        <source>Protocols (*.json)</source>
        <translation>Protokolle (*.json)</translation>
    </message>
    <message>
        <source>Decides the order; the same seed gives the same order on every computer.</source>
        <translation>Bestimmt die Reihenfolge; derselbe Startwert ergibt auf jedem Computer dieselbe Reihenfolge.</translation>
    </message>
    <message>
        <source>A protocol lets gases flow in a set order and marks them in a recording of its own.</source>
        <translation>Ein Protokoll lässt Gase in festgelegter Reihenfolge strömen und markiert sie in einer eigenen Aufzeichnung.</translation>
    </message>
    <message>
        <source>The recording is being begun …</source>
        <translation>Die Aufzeichnung wird gerade begonnen …</translation>
    </message>
    <message>
        <source>Recorded in %1.</source>
        <translation>Aufgezeichnet in %1.</translation>
    </message>
    <message>
        <source>There is no valve line: open and close by hand.</source>
        <translation>Es gibt keine Ventilleitung: von Hand öffnen und schließen.</translation>
    </message>
    <message>
        <source>A replay is running: a protocol needs a live sensor.</source>
        <translation>Eine Wiedergabe läuft: Ein Protokoll braucht einen Live-Sensor.</translation>
    </message>
    <message>
        <source>Connect a sensor to run it.</source>
        <translation>Zum Ausführen einen Sensor verbinden.</translation>
    </message>
    <message>
        <source>The recording that runs is finished first: a protocol has one of its own.</source>
        <translation>Die laufende Aufzeichnung wird zuerst abgeschlossen: Ein Protokoll hat seine eigene.</translation>
    </message>
    <message>
        <source>open</source>
        <translation>freigegeben</translation>
    </message>
    <message>
        <source>shut</source>
        <translation>nicht freigegeben</translation>
    </message>
    <message>
        <source>%1 is %2: %3</source>
        <translation>%1 (%2): %3</translation>
    </message>
    <message>
        <source>A protocol is running</source>
        <translation>Ein Protokoll läuft</translation>
    </message>
    <message>
        <source>Abort the protocol?</source>
        <translation>Protokoll abbrechen?</translation>
    </message>
    <message numerus="yes">
        <source>The valves are shut and the recording is finished. It keeps the %n trial(s) that are done; the rest is not run.</source>
        <translation>
            <numerusform>Die Ventile werden geschlossen und die Aufzeichnung wird abgeschlossen. %n fertiger Durchgang bleibt darin erhalten; der Rest wird nicht ausgeführt.</numerusform>
            <numerusform>Die Ventile werden geschlossen und die Aufzeichnung wird abgeschlossen. %n fertige Durchgänge bleiben darin erhalten; der Rest wird nicht ausgeführt.</numerusform>
        </translation>
    </message>
    <message>
        <source>Abort the protocol</source>
        <translation>Protokoll abbrechen</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weitermachen</translation>
    </message>
    <message>
        <source>Folder for the training set</source>
        <translation>Ordner für den Trainingsdatensatz</translation>
    </message>
    <message>
        <source>Training set of %1</source>
        <translation>Trainingsdatensatz von %1</translation>
    </message>
    <message numerus="yes">
        <source>%n exposure(s). Train with: bnof train %1 --out MODEL</source>
        <translation>
            <numerusform>%n Exposition. Trainieren mit: bnof train %1 --out MODEL</numerusform>
            <numerusform>%n Expositionen. Trainieren mit: bnof train %1 --out MODEL</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::RecalibrationPage</name>
    <message>
        <source>&amp;Leave it as it was</source>
        <translation>&amp;Lassen, wie es war</translation>
    </message>
    <message>
        <source>&amp;Go back to the old model</source>
        <translation>&amp;Zurück zum alten Modell</translation>
    </message>
    <message>
        <source>&amp;Use the new model</source>
        <translation>Das &amp;neue Modell verwenden</translation>
    </message>
    <message>
        <source>Progress of the recalibration</source>
        <translation>Fortschritt der Nachkalibrierung</translation>
    </message>
    <message>
        <source>Right answers before and after</source>
        <translation>Richtige Antworten vorher und nachher</translation>
    </message>
    <message>
        <source>Gas</source>
        <translation>Gas</translation>
    </message>
    <message>
        <source>Puffs: before</source>
        <translation>Stöße: vorher</translation>
    </message>
    <message>
        <source>Puffs: after</source>
        <translation>Stöße: nachher</translation>
    </message>
    <message>
        <source>Hold-out: before</source>
        <translation>Zurückgelegt: vorher</translation>
    </message>
    <message>
        <source>Hold-out: after</source>
        <translation>Zurückgelegt: nachher</translation>
    </message>
    <message>
        <source>Moving the model to today&apos;s sensors</source>
        <translation>Das Modell wird den heutigen Sensoren angepasst</translation>
    </message>
    <message>
        <source>No model recognises anything now: choose one under Settings.</source>
        <translation>Gerade erkennt kein Modell etwas: wählen Sie eines in den Einstellungen.</translation>
    </message>
    <message>
        <source>The model stays as it is</source>
        <translation>Das Modell bleibt, wie es ist</translation>
    </message>
    <message>
        <source>The new model is ready</source>
        <translation>Das neue Modell ist fertig</translation>
    </message>
    <message>
        <source>Puffs: rows of puffs that were not learned from.</source>
        <translation>Stöße: Zeilen von Stößen, aus denen nicht gelernt wurde.</translation>
    </message>
    <message>
        <source>Puffs: rows of the ends of the puffs, which were not learned from.</source>
        <translation>Stöße: Zeilen vom Ende der Stöße, aus denen nicht gelernt wurde.</translation>
    </message>
    <message>
        <source>Hold-out: rows that the model has kept since its training, moved by the drift.</source>
        <translation>Zurückgelegt: Zeilen, die das Modell seit seinem Training aufbewahrt, um die Drift verschoben.</translation>
    </message>
    <message>
        <source>Using the new model ends the running recording, because a file holds one model.</source>
        <translation>Das neue Modell zu verwenden beendet die laufende Aufzeichnung, weil eine Datei ein Modell enthält.</translation>
    </message>
    <message>
        <source>all, each gas the same</source>
        <translation>alle, jedes Gas gleich gewichtet</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Fertig</translation>
    </message>
    <message>
        <source>The new model recognises from now on. It is kept as %1.</source>
        <translation>Das neue Modell erkennt ab jetzt. Es ist als %1 abgelegt.</translation>
    </message>
    <message>
        <source>The old model recognises again. The new one stays on the list of models.</source>
        <translation>Das alte Modell erkennt wieder. Das neue bleibt in der Liste der Modelle.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::RecordingDetails</name>
    <message>
        <source>Details of the recording</source>
        <translation>Einzelheiten der Aufzeichnung</translation>
    </message>
    <message>
        <source>Choose a recording to see what it holds.</source>
        <translation>Wählen Sie eine Aufzeichnung, um ihren Inhalt zu sehen.</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Gases</source>
        <translation>Gase</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Marken</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n channel(s)</source>
        <translation>
            <numerusform>%1, %n Kanal</numerusform>
            <numerusform>%1, %n Kanäle</numerusform>
        </translation>
    </message>
    <message>
        <source>, simulated</source>
        <translation>, simuliert</translation>
    </message>
    <message>
        <source> (%1, %2)</source>
        <translation> (%1, %2)</translation>
    </message>
    <message numerus="yes">
        <source>%n gap(s)</source>
        <translation>
            <numerusform>%n Lücke</numerusform>
            <numerusform>%n Lücken</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) lost</source>
        <translation>
            <numerusform>%n Messwert verloren</numerusform>
            <numerusform>%n Messwerte verloren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) not recognised</source>
        <translation>
            <numerusform>%n Messwert nicht erkannt</numerusform>
            <numerusform>%n Messwerte nicht erkannt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n place(s) with unreadable bytes</source>
        <translation>
            <numerusform>%n Stelle mit unlesbaren Bytes</numerusform>
            <numerusform>%n Stellen mit unlesbaren Bytes</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of the file unreadable</source>
        <translation>%1 der Datei unlesbar</translation>
    </message>
    <message>
        <source>cut off; Repair completes the file</source>
        <translation>abgeschnitten; Reparieren vervollständigt die Datei</translation>
    </message>
    <message numerus="yes">
        <source>damaged: %n part(s) skipped</source>
        <translation>
            <numerusform>beschädigt: %n Teil übersprungen</numerusform>
            <numerusform>beschädigt: %n Teile übersprungen</numerusform>
        </translation>
    </message>
    <message>
        <source>closed properly</source>
        <translation>ordentlich abgeschlossen</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Back end</source>
        <translation>Rechenwerk</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>Inhalt</translation>
    </message>
    <message>
        <source>%1 frames, %2 spikes, %3 decisions</source>
        <translation>%1 Messwerte, %2 Spikes, %3 Entscheidungen</translation>
    </message>
    <message>
        <source>Losses</source>
        <translation>Verluste</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Health</source>
        <translation>Dateizustand</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Software</source>
        <translation>Software</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Checked</source>
        <translation>Geprüft</translation>
    </message>
    <message>
        <source>Last seen at</source>
        <translation>Zuletzt gesehen</translation>
    </message>
    <message>
        <source>not since it was last changed</source>
        <translation>nicht seit der letzten Änderung</translation>
    </message>
    <message>
        <source>%1, SHA-256 %2</source>
        <translation>%1, SHA-256 %2</translation>
    </message>
    <message>
        <source>This is a copy: the same recording is listed at another place too.</source>
        <translation>Das ist eine Kopie: Dieselbe Aufzeichnung steht auch an anderer Stelle in der Liste.</translation>
    </message>
    <message>
        <source>Before: %1</source>
        <translation>Vorher: %1</translation>
    </message>
</context>
<context>
    <name>bnof::studio::RecordingViewer</name>
    <message>
        <source>State of the recording</source>
        <translation>Zustand der Aufzeichnung</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>All recordings</source>
        <translation>Alle Aufzeichnungen</translation>
    </message>
    <message>
        <source>Back to all recordings</source>
        <translation>Zurück zu allen Aufzeichnungen</translation>
    </message>
    <message>
        <source>Reading the recording</source>
        <translation>Aufzeichnung wird gelesen</translation>
    </message>
    <message>
        <source>reading %p %</source>
        <translation>wird gelesen, %p %</translation>
    </message>
    <message>
        <source>Traces of the recording</source>
        <translation>Signale der Aufzeichnung</translation>
    </message>
    <message>
        <source>Spikes of the recording</source>
        <translation>Spikes der Aufzeichnung</translation>
    </message>
    <message>
        <source>Decisions of the recording</source>
        <translation>Entscheidungen der Aufzeichnung</translation>
    </message>
    <message>
        <source>Decision at the cursor</source>
        <translation>Entscheidung am Zeiger</translation>
    </message>
    <message>
        <source>Opening the recording…</source>
        <translation>Aufzeichnung wird geöffnet …</translation>
    </message>
    <message>
        <source>This recording cannot be opened</source>
        <translation>Diese Aufzeichnung lässt sich nicht öffnen</translation>
    </message>
    <message>
        <source>This recording holds no readings</source>
        <translation>Diese Aufzeichnung enthält keine Messwerte</translation>
    </message>
    <message>
        <source>It was ended before the first reading arrived.</source>
        <translation>Sie wurde beendet, bevor der erste Messwert eintraf.</translation>
    </message>
    <message>
        <source>No spikes were recorded</source>
        <translation>Es wurden keine Spikes aufgezeichnet</translation>
    </message>
    <message>
        <source>No spiking model was in use.</source>
        <translation>Kein spikendes Modell war in Gebrauch.</translation>
    </message>
    <message>
        <source>This recording was cut off. Everything up to the cut is shown; Repair completes the file.</source>
        <translation>Diese Aufzeichnung wurde abgeschnitten. Alles bis zum Schnitt wird gezeigt; Reparieren vervollständigt die Datei.</translation>
    </message>
    <message>
        <source>The recording is longer than the display holds; its newest part is shown. Replay and export use all of it.</source>
        <translation>Die Aufzeichnung ist länger, als die Anzeige fasst; gezeigt wird ihr neuester Teil. Wiedergabe und Export verwenden alles.</translation>
    </message>
    <message>
        <source>gap</source>
        <translation>Lücke</translation>
    </message>
    <message>
        <source>Nothing has been recorded yet</source>
        <translation>Noch ist nichts aufgezeichnet</translation>
    </message>
    <message>
        <source>The first readings appear here when they arrive.</source>
        <translation>Die ersten Messwerte erscheinen hier, sobald sie eintreffen.</translation>
    </message>
    <message>
        <source>This recording is still running; what is recorded appears here every second.</source>
        <translation>Diese Aufzeichnung läuft noch; was aufgezeichnet wird, erscheint hier jede Sekunde.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::RecordingsModel</name>
    <message>
        <source>file is gone</source>
        <translation>Datei fehlt</translation>
    </message>
    <message>
        <source>cut off</source>
        <translation>abgeschnitten</translation>
    </message>
    <message>
        <source>simulated</source>
        <translation>simuliert</translation>
    </message>
    <message numerus="yes">
        <source>%n gap(s)</source>
        <translation>
            <numerusform>%n Lücke</numerusform>
            <numerusform>%n Lücken</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) lost</source>
        <translation>
            <numerusform>%n Messwert verloren</numerusform>
            <numerusform>%n Messwerte verloren</numerusform>
        </translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Gases</source>
        <translation>Gase</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Marken</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Messwerte</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>untitled</source>
        <translation>ohne Titel</translation>
    </message>
    <message>
        <source>being recorded</source>
        <translation>wird aufgezeichnet</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>verified</source>
        <translation>geprüft</translation>
    </message>
    <message>
        <source>copy</source>
        <translation>Kopie</translation>
    </message>
</context>
<context>
    <name>bnof::studio::RecordingsWorkspace</name>
    <message>
        <source>cancelled, nothing was left behind</source>
        <translation>abgebrochen, nichts ist zurückgeblieben</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>Aufzeichnungen</translation>
    </message>
    <message>
        <source>No recordings yet</source>
        <translation>Noch keine Aufzeichnungen</translation>
    </message>
    <message>
        <source>Connect a sensor or the simulated nose and press R: everything is kept, from the readings to the decisions. Recordings made elsewhere can be opened too.</source>
        <translation>Verbinden Sie einen Sensor oder die simulierte Nase und drücken Sie R: Alles wird festgehalten, von den Messwerten bis zu den Entscheidungen. Auch anderswo entstandene Aufzeichnungen lassen sich öffnen.</translation>
    </message>
    <message>
        <source>Write a PDF report</source>
        <translation>PDF-Bericht schreiben</translation>
    </message>
    <message>
        <source>PDF documents (*.pdf)</source>
        <translation>PDF-Dokumente (*.pdf)</translation>
    </message>
    <message>
        <source>Export of %1</source>
        <translation>Export von %1</translation>
    </message>
    <message>
        <source>written to %1</source>
        <translation>geschrieben nach %1</translation>
    </message>
    <message>
        <source>Report of %1</source>
        <translation>Bericht zu %1</translation>
    </message>
    <message>
        <source>Check of %1</source>
        <translation>Prüfung von %1</translation>
    </message>
    <message>
        <source>intact: %L1 frames, %L2 spikes, %L3 decisions, every checksum is right</source>
        <translation>unversehrt: %L1 Messwerte, %L2 Spikes, %L3 Entscheidungen, alle Prüfsummen stimmen</translation>
    </message>
    <message>
        <source>not intact. %1</source>
        <translation>nicht unversehrt. %1</translation>
    </message>
    <message>
        <source>Repair of %1</source>
        <translation>Reparatur von %1</translation>
    </message>
    <message>
        <source>nothing to mend, the file is whole</source>
        <translation>nichts zu reparieren, die Datei ist vollständig</translation>
    </message>
    <message>
        <source>completed; %1 at the cut could not be kept</source>
        <translation>vervollständigt; %1 an der Schnittstelle gingen verloren</translation>
    </message>
    <message>
        <source>%1 was taken off the list. Its file is kept.</source>
        <translation>%1 wurde aus der Liste genommen. Die Datei bleibt erhalten.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>%1 was moved to the trash.</source>
        <translation>%1 wurde in den Papierkorb verschoben.</translation>
    </message>
    <message>
        <source>Delete the recording</source>
        <translation>Aufzeichnung löschen</translation>
    </message>
    <message>
        <source>Delete %1?</source>
        <translation>%1 löschen?</translation>
    </message>
    <message>
        <source>%1 of readings, %2. The file is moved to the system&apos;s trash.</source>
        <translation>%1 Messwerte, %2. Die Datei wird in den Papierkorb des Systems verschoben.</translation>
    </message>
    <message>
        <source>Delete this recording</source>
        <translation>Diese Aufzeichnung löschen</translation>
    </message>
    <message>
        <source>The file of this recording is gone.</source>
        <translation>Die Datei dieser Aufzeichnung ist weg.</translation>
    </message>
    <message>
        <source>Choose a recording first.</source>
        <translation>Erst eine Aufzeichnung auswählen.</translation>
    </message>
    <message>
        <source>This recording was cut off: repair it first.</source>
        <translation>Diese Aufzeichnung ist abgeschnitten: erst reparieren.</translation>
    </message>
    <message>
        <source>It is being shown.</source>
        <translation>Sie wird schon gezeigt.</translation>
    </message>
    <message>
        <source>Choose a recording in the list first.</source>
        <translation>Erst in der Liste eine Aufzeichnung auswählen.</translation>
    </message>
    <message>
        <source>It could not be noted in the audit trail: %1</source>
        <translation>Es konnte nicht im Prüfprotokoll vermerkt werden: %1</translation>
    </message>
    <message>
        <source>The result could not be kept: %1</source>
        <translation>Das Ergebnis konnte nicht festgehalten werden: %1</translation>
    </message>
    <message>
        <source>Check of all recordings that were not verified</source>
        <translation>Prüfung aller ungeprüften Aufzeichnungen</translation>
    </message>
    <message numerus="yes">
        <source>cancelled; %n recording(s) were checked</source>
        <translation>
            <numerusform>abgebrochen; %n Aufzeichnung wurde geprüft</numerusform>
            <numerusform>abgebrochen; %n Aufzeichnungen wurden geprüft</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n recording(s) checked, all intact</source>
        <translation>
            <numerusform>%n Aufzeichnung geprüft, unversehrt</numerusform>
            <numerusform>%n Aufzeichnungen geprüft, alle unversehrt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n recording(s) not intact. First: %1</source>
        <translation>
            <numerusform>%n Aufzeichnung nicht unversehrt: %1</numerusform>
            <numerusform>%n Aufzeichnungen nicht unversehrt. Die erste: %1</numerusform>
        </translation>
    </message>
    <message>
        <source>Rebuilding the list of recordings</source>
        <translation>Neuaufbau der Liste der Aufzeichnungen</translation>
    </message>
    <message>
        <source>there are no recordings in %1 yet</source>
        <translation>in %1 gibt es noch keine Aufzeichnungen</translation>
    </message>
    <message>
        <source>cancelled; what was read until then is in the list</source>
        <translation>abgebrochen; was bis dahin gelesen wurde, steht in der Liste</translation>
    </message>
    <message numerus="yes">
        <source>%n recording(s) in %1</source>
        <translation>
            <numerusform>%n Aufzeichnung in %1</numerusform>
            <numerusform>%n Aufzeichnungen in %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>. %n file(s) could not be read: %1</source>
        <translation>
            <numerusform>. %n Datei konnte nicht gelesen werden: %1</numerusform>
            <numerusform>. %n Dateien konnten nicht gelesen werden, die erste: %1</numerusform>
        </translation>
    </message>
    <message>
        <source>Show all recordings</source>
        <translation>Alle Aufzeichnungen zeigen</translation>
    </message>
    <message>
        <source>No recording matches</source>
        <translation>Keine Aufzeichnung passt</translation>
    </message>
    <message numerus="yes">
        <source>None of %n recording(s) has all of this: %1.</source>
        <translation>
            <numerusform>Die einzige Aufzeichnung hat nicht all das: %1.</numerusform>
            <numerusform>Keine von %n Aufzeichnungen hat all das: %1.</numerusform>
        </translation>
    </message>
    <message>
        <source>Its file is there: it would be listed again.</source>
        <translation>Die Datei ist da: Sie stünde gleich wieder in der Liste.</translation>
    </message>
    <message>
        <source>%1 is forgotten: its line with %2 of readings was taken out of the list.</source>
        <translation>%1 ist vergessen: Die Zeile mit %2 Messung wurde aus der Liste genommen.</translation>
    </message>
    <message>
        <source>Import a file of another program</source>
        <translation>Datei eines anderen Programms importieren</translation>
    </message>
    <message>
        <source>Everything that can be imported (*.csv *.tsv *.txt *.dat *.gz *.bmerawdata *.npy *.nwb *.h5 *.hdf5 *.mat)</source>
        <translation>Alles Importierbare (*.csv *.tsv *.txt *.dat *.gz *.bmerawdata *.npy *.nwb *.h5 *.hdf5 *.mat)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Import of %1</source>
        <translation>Import von %1</translation>
    </message>
    <message>
        <source>the folder %1 cannot be made</source>
        <translation>der Ordner %1 kann nicht angelegt werden</translation>
    </message>
    <message>
        <source>%L1 frames, %L2 spikes and %L3 marks are in %4</source>
        <translation>%L1 Messwerte, %L2 Spikes und %L3 Marken sind in %4</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ReplayBar</name>
    <message>
        <source>End replay</source>
        <translation>Wiedergabe beenden</translation>
    </message>
    <message>
        <source>Copy proof</source>
        <translation>Nachweis kopieren</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>Wiedergabe</translation>
    </message>
    <message>
        <source>Pause or resume the replay</source>
        <translation>Wiedergabe anhalten oder fortsetzen</translation>
    </message>
    <message>
        <source>Speed of the replay</source>
        <translation>Geschwindigkeit der Wiedergabe</translation>
    </message>
    <message>
        <source>1× (real time)</source>
        <translation>1× (Echtzeit)</translation>
    </message>
    <message>
        <source>10×</source>
        <translation>10×</translation>
    </message>
    <message>
        <source>as fast as possible</source>
        <translation>so schnell wie möglich</translation>
    </message>
    <message>
        <source>Position in the recording</source>
        <translation>Stelle in der Aufzeichnung</translation>
    </message>
    <message>
        <source>Recorded and replayed hashes</source>
        <translation>Prüfsummen von Aufzeichnung und Wiedergabe</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>There is nothing to compare: the recording holds no decisions.</source>
        <translation>Nichts zu vergleichen: Die Aufzeichnung enthält keine Entscheidungen.</translation>
    </message>
    <message>
        <source>Not comparable: %1</source>
        <translation>Nicht vergleichbar: %1</translation>
    </message>
    <message>
        <source>Proved: every spike and every decision of the replay is identical to the recording.</source>
        <translation>Nachgewiesen: Jeder Spike und jede Entscheidung der Wiedergabe stimmt mit der Aufzeichnung überein.</translation>
    </message>
    <message>
        <source>The replay differs from the recording. %1</source>
        <translation>Die Wiedergabe weicht von der Aufzeichnung ab. %1</translation>
    </message>
    <message>
        <source>%L1 frames, %L2 spikes, %L3 decisions. Recorded and replayed: spikes %4, decisions %5</source>
        <translation>%L1 Messwerte, %L2 Spikes, %L3 Entscheidungen. Aufgezeichnet und wiedergegeben: Spikes %4, Entscheidungen %5</translation>
    </message>
    <message>
        <source>Go to another time: forward as fast as possible, back from the beginning again. Every spike is computed, so the proof holds.</source>
        <translation>Zu einer anderen Zeit gehen: vorwärts so schnell wie möglich, zurück noch einmal vom Anfang an. Jeder Spike wird berechnet, der Nachweis gilt also.</translation>
    </message>
    <message>
        <source>go to h:mm:ss</source>
        <translation>zu h:mm:ss</translation>
    </message>
    <message>
        <source>Go to a time in the recording</source>
        <translation>Zu einer Zeit der Aufzeichnung gehen</translation>
    </message>
    <message>
        <source>Time from the beginning, for example 90, 1:30 or 0:01:30 (Ctrl+G)</source>
        <translation>Zeit vom Anfang an, zum Beispiel 90, 1:30 oder 0:01:30 (Strg+G)</translation>
    </message>
    <message>
        <source>not a time within %1</source>
        <translation>keine Zeit innerhalb von %1</translation>
    </message>
    <message>
        <source>going to %1 …</source>
        <translation>unterwegs zu %1 …</translation>
    </message>
</context>
<context>
    <name>bnof::studio::RoleDialog</name>
    <message>
        <source>PIN for engineers</source>
        <translation>PIN für Ingenieure</translation>
    </message>
    <message>
        <source>Become engineer</source>
        <translation>Ingenieur werden</translation>
    </message>
    <message>
        <source>Switch to engineer</source>
        <translation>Zu Ingenieur wechseln</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>An engineer changes settings, models, networks, protocols and calibrations, and may pass shut gates.</source>
        <translation>Ein Ingenieur ändert Einstellungen, Modelle, Netze, Protokolle und Kalibrierungen und darf fehlende Freigaben übergehen.</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN</translation>
    </message>
</context>
<context>
    <name>bnof::studio::Roles</name>
    <message>
        <source>Engineer</source>
        <translation>Ingenieur</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Bediener</translation>
    </message>
    <message>
        <source>Only an engineer can change this: switch the role with “Switch role…”.</source>
        <translation>Nur ein Ingenieur kann dies ändern: Rolle mit „Rolle wechseln …“ wechseln.</translation>
    </message>
    <message>
        <source>The PIN in %1 is damaged. Who may change that file can take the line “engineer_pin” out of it.</source>
        <translation>Die PIN in %1 ist beschädigt. Wer diese Datei ändern darf, kann die Zeile „engineer_pin“ daraus entfernen.</translation>
    </message>
    <message>
        <source>This is not the PIN.</source>
        <translation>Das ist nicht die PIN.</translation>
    </message>
    <message>
        <source>A PIN has at least %1 characters.</source>
        <translation>Eine PIN hat mindestens %1 Zeichen.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SafetyPanel</name>
    <message>
        <source>Reference limits…</source>
        <translation>Referenzgrenzwerte …</translation>
    </message>
    <message>
        <source>Safety</source>
        <translation>Sicherheit</translation>
    </message>
    <message>
        <source>Edit the reference limits</source>
        <translation>Referenzgrenzwerte bearbeiten</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SensorRow</name>
    <message>
        <source>&amp;Sensor:</source>
        <translation>&amp;Sensor:</translation>
    </message>
    <message>
        <source>Shown sensor</source>
        <translation>Gezeigter Sensor</translation>
    </message>
    <message>
        <source>Type a part of its name to find a sensor.</source>
        <translation>Einen Teil des Namens eingeben, um einen Sensor zu finden.</translation>
    </message>
    <message>
        <source>All sensors</source>
        <translation>Alle Sensoren</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SensorsModel</name>
    <message>
        <source>a backup has taken over</source>
        <translation>ein Ersatz hat übernommen</translation>
    </message>
    <message numerus="yes">
        <source>%n in standby</source>
        <translation>
            <numerusform>%n in Bereitschaft</numerusform>
            <numerusform>%n in Bereitschaft</numerusform>
        </translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>%1 of %2 faulty: %3</source>
        <translation>%1 von %2 gestört: %3</translation>
    </message>
    <message>
        <source>%1, version %2</source>
        <translation>%1, Version %2</translation>
    </message>
    <message>
        <source>%1 (expired)</source>
        <translation>%1 (abgelaufen)</translation>
    </message>
    <message>
        <source>%1 ± %2 ppm</source>
        <translation>%1 ± %2 ppm</translation>
    </message>
    <message>
        <source>Made %1; it does not expire.</source>
        <translation>Erstellt %1; läuft nicht ab.</translation>
    </message>
    <message>
        <source>Made %1, good until %2.</source>
        <translation>Erstellt %1, gültig bis %2.</translation>
    </message>
    <message>
        <source>Sensor</source>
        <translation>Sensor</translation>
    </message>
    <message>
        <source>What the device calls itself, or its address.</source>
        <translation>Wie das Gerät sich selbst nennt, oder seine Adresse.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Where its connection stands.</source>
        <translation>Wie es um seine Verbindung steht.</translation>
    </message>
    <message>
        <source>Health</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>0 to 100: throughput, errors, jitter, latency, gaps and losses of the last minute.</source>
        <translation>0 bis 100: Durchsatz, Fehler, Jitter, Latenz, Lücken und Verluste der letzten Minute.</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Rate</translation>
    </message>
    <message>
        <source>Frames a second.</source>
        <translation>Messwerte je Sekunde.</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>From the arrival of the bytes to the frame being taken: 99 % are faster.</source>
        <translation>Vom Eintreffen der Bytes bis zur Übernahme des Messwerts: 99 % sind schneller.</translation>
    </message>
    <message>
        <source>Jitter</source>
        <translation>Jitter</translation>
    </message>
    <message>
        <source>How far the distances between frames differ from their mean.</source>
        <translation>Wie weit die Abstände zwischen Messwerten von ihrem Mittel abweichen.</translation>
    </message>
    <message>
        <source>Gaps</source>
        <translation>Lücken</translation>
    </message>
    <message>
        <source>Interruptions; they are marked in the recording and never filled.</source>
        <translation>Unterbrechungen; sie werden in der Aufzeichnung markiert und nie gefüllt.</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>Verloren</translation>
    </message>
    <message>
        <source>Frames lost on this computer because they were not taken in time.</source>
        <translation>Auf diesem Computer verlorene Messwerte, weil sie nicht rechtzeitig übernommen wurden.</translation>
    </message>
    <message>
        <source>Checksum errors</source>
        <translation>Prüfsummenfehler</translation>
    </message>
    <message>
        <source>Messages whose checksum was wrong.</source>
        <translation>Nachrichten mit falscher Prüfsumme.</translation>
    </message>
    <message>
        <source>Skipped lines</source>
        <translation>Übersprungene Zeilen</translation>
    </message>
    <message>
        <source>Lines or messages that could not be read.</source>
        <translation>Zeilen oder Nachrichten, die nicht gelesen werden konnten.</translation>
    </message>
    <message>
        <source>Clock drift</source>
        <translation>Uhrendrift</translation>
    </message>
    <message>
        <source>How much faster the device&apos;s clock runs than this computer&apos;s.</source>
        <translation>Um wie viel die Uhr des Geräts schneller läuft als die dieses Computers.</translation>
    </message>
    <message>
        <source>Channel faults</source>
        <translation>Kanalstörungen</translation>
    </message>
    <message>
        <source>Channels that cannot be believed; the recogniser does without them.</source>
        <translation>Kanäle, denen nicht zu trauen ist; der Erkenner kommt ohne sie aus.</translation>
    </message>
    <message>
        <source>Redundancy</source>
        <translation>Redundanz</translation>
    </message>
    <message>
        <source>Equivalent sources that stand by.</source>
        <translation>Gleichwertige Quellen in Bereitschaft.</translation>
    </message>
    <message>
        <source>Failovers</source>
        <translation>Übernahmen</translation>
    </message>
    <message>
        <source>How often an equivalent source took over.</source>
        <translation>Wie oft eine gleichwertige Quelle übernommen hat.</translation>
    </message>
    <message>
        <source>Reconnects</source>
        <translation>Neuverbindungen</translation>
    </message>
    <message>
        <source>How often the connection was made again.</source>
        <translation>Wie oft die Verbindung neu aufgebaut wurde.</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>Kalibrierung</translation>
    </message>
    <message>
        <source>Applied on top of the raw readings, which stay in the recording.</source>
        <translation>Wird auf die Rohwerte angewendet, die in der Aufzeichnung bleiben.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SensorsPanel</name>
    <message>
        <source>Sensors</source>
        <translation>Sensoren</translation>
    </message>
    <message>
        <source>Filter: name, state, fault…</source>
        <translation>Filter: Name, Verbindung, Störung …</translation>
    </message>
    <message>
        <source>Filter the sensors</source>
        <translation>Sensoren filtern</translation>
    </message>
    <message>
        <source>All sensors</source>
        <translation>Alle Sensoren</translation>
    </message>
    <message>
        <source>The selected sensor</source>
        <translation>Der ausgewählte Sensor</translation>
    </message>
    <message>
        <source>Sensors with their figures</source>
        <translation>Sensoren mit ihren Kennzahlen</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>Choose the columns</source>
        <translation>Spalten wählen</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SessionBar</name>
    <message>
        <source>Not connected</source>
        <translation>Nicht verbunden</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Verbindung wird aufgebaut …</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>No data</source>
        <translation>Keine Daten</translation>
    </message>
    <message>
        <source>Unplugged</source>
        <translation>Abgezogen</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>SIMULATED DATA</source>
        <translation>SIMULIERTE DATEN</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s)</source>
        <translation>
            <numerusform>%n Kanal</numerusform>
            <numerusform>%n Kanäle</numerusform>
        </translation>
    </message>
    <message>
        <source>model %1</source>
        <translation>Modell %1</translation>
    </message>
    <message>
        <source>nothing is recognised</source>
        <translation>nichts wird erkannt</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Wird gestartet …</translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation>Wird abgeschlossen …</translation>
    </message>
    <message>
        <source>Replay finished</source>
        <translation>Wiedergabe beendet</translation>
    </message>
    <message>
        <source>Replay paused</source>
        <translation>Wiedergabe angehalten</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>Wiedergabe</translation>
    </message>
    <message>
        <source>No sensor connected</source>
        <translation>Kein Sensor verbunden</translation>
    </message>
    <message>
        <source>Sensor</source>
        <translation>Sensor</translation>
    </message>
    <message>
        <source>Warming up</source>
        <translation>Wärmt auf</translation>
    </message>
    <message>
        <source>%1 of %2 lost</source>
        <translation>%1 von %2 verloren</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SessionController</name>
    <message>
        <source>Simulated nose</source>
        <translation>Simulierte Nase</translation>
    </message>
    <message>
        <source>Check the installation with: bnof doctor</source>
        <translation>Prüfen Sie die Installation mit: bnof doctor</translation>
    </message>
    <message numerus="yes">
        <source>%n source(s)</source>
        <translation>
            <numerusform>%n Quelle</numerusform>
            <numerusform>%n Quellen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::studio::SettingRow</name>
    <message>
        <source>Back to the default</source>
        <translation>Zurück zur Voreinstellung</translation>
    </message>
    <message>
        <source>Reset %1 to the default</source>
        <translation>%1 auf die Voreinstellung zurücksetzen</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>Choose a model file</source>
        <translation>Modelldatei wählen</translation>
    </message>
    <message>
        <source>Models (*.bnofmodel)</source>
        <translation>Modelle (*.bnofmodel)</translation>
    </message>
    <message>
        <source>%1: not on this machine</source>
        <translation>%1: nicht auf diesem Rechner</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SettingsWorkspace</name>
    <message>
        <source>No setting matches.</source>
        <translation>Keine Einstellung passt.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Search settings …</source>
        <translation>Einstellungen suchen …</translation>
    </message>
    <message>
        <source>Search settings</source>
        <translation>Einstellungen durchsuchen</translation>
    </message>
    <message>
        <source>Settings are kept in %1; every change is saved at once and can be undone with Ctrl+Z.</source>
        <translation>Die Einstellungen stehen in %1; jede Änderung wird sofort gespeichert und lässt sich mit Strg+Z rückgängig machen.</translation>
    </message>
    <message>
        <source>Who may change settings</source>
        <translation>Wer Einstellungen ändern darf</translation>
    </message>
    <message>
        <source>Switch role…</source>
        <translation>Rolle wechseln …</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SetupPanel</name>
    <message>
        <source>State of the comparison</source>
        <translation>Stand des Vergleichs</translation>
    </message>
    <message>
        <source>Stop the comparison</source>
        <translation>Vergleich anhalten</translation>
    </message>
    <message>
        <source>1. The variants</source>
        <translation>1. Die Varianten</translation>
    </message>
    <message>
        <source>2. The data</source>
        <translation>2. Die Daten</translation>
    </message>
    <message>
        <source>3. What &quot;better&quot; means</source>
        <translation>3. Was „besser“ heißt</translation>
    </message>
    <message>
        <source>4. What this can show</source>
        <translation>4. Was das zeigen kann</translation>
    </message>
    <message>
        <source>A, the champion</source>
        <translation>A, der Amtsinhaber</translation>
    </message>
    <message>
        <source>B, the challenger</source>
        <translation>B, der Herausforderer</translation>
    </message>
    <message>
        <source>Weights of B</source>
        <translation>Gewichte von B</translation>
    </message>
    <message>
        <source>as the model has them</source>
        <translation>wie im Modell</translation>
    </message>
    <message>
        <source>A, in use</source>
        <translation>A, im Einsatz</translation>
    </message>
    <message>
        <source>B, to be tried</source>
        <translation>B, zu erproben</translation>
    </message>
    <message>
        <source>Labelled data</source>
        <translation>Beschriftete Daten</translation>
    </message>
    <message>
        <source>Recordings…</source>
        <translation>Aufzeichnungen…</translation>
    </message>
    <message>
        <source>Recordings in which exposures are marked</source>
        <translation>Aufzeichnungen, in denen Expositionen markiert sind</translation>
    </message>
    <message>
        <source>Folder or file…</source>
        <translation>Ordner oder Datei…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Name of the comparison</source>
        <translation>Name des Vergleichs</translation>
    </message>
    <message>
        <source>comparison</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Who answers</source>
        <translation>Wer antwortet</translation>
    </message>
    <message>
        <source>Both answer every exposure</source>
        <translation>Beide beantworten jede Exposition</translation>
    </message>
    <message>
        <source>A hash decides who answers</source>
        <translation>Eine Prüfsumme entscheidet, wer antwortet</translation>
    </message>
    <message>
        <source>They take turns in blocks of four</source>
        <translation>Sie wechseln sich in Viererblöcken ab</translation>
    </message>
    <message>
        <source>Looks</source>
        <translation>Blicke</translation>
    </message>
    <message>
        <source>After every exposure</source>
        <translation>Nach jeder Exposition</translation>
    </message>
    <message>
        <source>Once, at the end</source>
        <translation>Einmal, am Ende</translation>
    </message>
    <message>
        <source>Looking at any time costs about twice the exposures and no error.</source>
        <translation>Jederzeit hinzusehen kostet etwa doppelt so viele Expositionen und keinen Fehler.</translation>
    </message>
    <message>
        <source>Independent unit</source>
        <translation>Unabhängige Einheit</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>Exposition</translation>
    </message>
    <message>
        <source>Day or batch</source>
        <translation>Tag oder Charge</translation>
    </message>
    <message>
        <source> percentage points</source>
        <translation> Prozentpunkte</translation>
    </message>
    <message>
        <source>Difference that does not matter</source>
        <translation>Unterschied, auf den es nicht ankommt</translation>
    </message>
    <message>
        <source>Difference that should be found</source>
        <translation>Unterschied, der gefunden werden soll</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Does not matter</source>
        <translation>Ohne Belang</translation>
    </message>
    <message>
        <source>Should be found</source>
        <translation>Zu finden</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>the model that ships with the program</source>
        <translation>das mitgelieferte Modell</translation>
    </message>
    <message>
        <source>Recordings with marked exposures</source>
        <translation>Aufzeichnungen mit markierten Expositionen</translation>
    </message>
    <message>
        <source>Recordings (*.bnr)</source>
        <translation>Aufzeichnungen (*.bnr)</translation>
    </message>
    <message>
        <source>Labelled measurements</source>
        <translation>Beschriftete Messungen</translation>
    </message>
    <message>
        <source>The plan is locked. Looking at the evidence as often as you like costs no error.</source>
        <translation>Der Plan ist festgelegt. Die Belege beliebig oft anzusehen kostet keinen Fehler.</translation>
    </message>
    <message>
        <source>The data is being read.</source>
        <translation>Die Daten werden gelesen.</translation>
    </message>
    <message>
        <source>Choose the variants and the data, and this says what they can show, before anything is run.</source>
        <translation>Wählen Sie Varianten und Daten; dann steht hier, was sie zeigen können, bevor etwas läuft.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::ShiftChart</name>
    <message>
        <source>R0 before and after</source>
        <translation>R0 vorher und nachher</translation>
    </message>
    <message>
        <source>No channel had an R0 before: there is nothing to compare with.</source>
        <translation>Kein Kanal hatte vorher ein R0: Es gibt nichts zu vergleichen.</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) compared</source>
        <translation>
            <numerusform>%n Kanal verglichen</numerusform>
            <numerusform>%n Kanäle verglichen</numerusform>
        </translation>
    </message>
    <message>
        <source>; %1 moved most, by %2 %</source>
        <translation>; am stärksten verschoben: %1, um %2 %</translation>
    </message>
    <message>
        <source>change of R0, %</source>
        <translation>Änderung von R0, %</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SimulatorProcess</name>
    <message>
        <source>The simulated nose cannot be started: %1</source>
        <translation>Die simulierte Nase lässt sich nicht starten: %1</translation>
    </message>
    <message>
        <source>The simulated nose has ended.</source>
        <translation>Die simulierte Nase hat sich beendet.</translation>
    </message>
    <message>
        <source>The simulated nose has ended: %1</source>
        <translation>Die simulierte Nase hat sich beendet: %1</translation>
    </message>
    <message>
        <source>The program bnof was not found beside this one. Install or build it, then try again.</source>
        <translation>Das Programm bnof wurde neben diesem nicht gefunden. Installieren oder bauen Sie es und versuchen Sie es erneut.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::SpanPage</name>
    <message>
        <source>Use this &amp;span</source>
        <translation>&amp;Prüfgas übernehmen</translation>
    </message>
    <message>
        <source>Gas of the span</source>
        <translation>Art des Prüfgases</translation>
    </message>
    <message>
        <source>Concentration of the span in ppm</source>
        <translation>Konzentration des Prüfgases in ppm</translation>
    </message>
    <message>
        <source> ppm</source>
        <translation> ppm</translation>
    </message>
    <message>
        <source>Channel whose curve is shown</source>
        <translation>Kanal, dessen Kurve gezeigt wird</translation>
    </message>
    <message>
        <source>&amp;Gas</source>
        <translation>&amp;Gas</translation>
    </message>
    <message>
        <source>Let a known concentration flow until the channels are still. One span moves the curve of a known sensor type, two or more concentrations fit one; sensors that print a concentration get zero and span.</source>
        <translation>Eine bekannte Konzentration strömen lassen, bis die Kanäle ruhig sind. Ein Prüfgaspunkt verschiebt die Kurve eines bekannten Sensortyps, zwei oder mehr Konzentrationen ergeben eine angepasste Kurve; Sensoren, die eine Konzentration ausgeben, erhalten Nullpunkt und Steigung.</translation>
    </message>
    <message>
        <source>Say which gas flows.</source>
        <translation>Angeben, welches Gas strömt.</translation>
    </message>
    <message>
        <source>span %1</source>
        <translation>Prüfgas %1</translation>
    </message>
    <message numerus="yes">
        <source>The span of %1 was taken for %n channel(s).</source>
        <translation>
            <numerusform>Das Prüfgas %1 wurde für %n Kanal übernommen.</numerusform>
            <numerusform>Das Prüfgas %1 wurde für %n Kanäle übernommen.</numerusform>
        </translation>
    </message>
    <message>
        <source>From %1 to %2 %3; %4. An equivalent of one pure, known gas.</source>
        <translation>Von %1 bis %2 %3; %4. Ein Äquivalent eines einzelnen reinen, bekannten Gases.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::StatusFigures</name>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Sample rate</source>
        <translation>Abtastrate</translation>
    </message>
    <message>
        <source>Lost frames</source>
        <translation>Verlorene Messwerte</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>Latency from sample to decision</source>
        <translation>Latenz vom Messwert bis zur Entscheidung</translation>
    </message>
    <message>
        <source>Display rate</source>
        <translation>Bildrate</translation>
    </message>
    <message>
        <source>Compute back end</source>
        <translation>Rechenwerk</translation>
    </message>
    <message>
        <source>no problems</source>
        <translation>keine Probleme</translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n Problem</numerusform>
            <numerusform>%n Probleme</numerusform>
        </translation>
    </message>
    <message>
        <source>Shows the list with the remedies.</source>
        <translation>Zeigt die Liste mit Abhilfen.</translation>
    </message>
    <message>
        <source>no sensor</source>
        <translation>kein Sensor</translation>
    </message>
    <message>
        <source>0 dropped</source>
        <translation>0 verloren</translation>
    </message>
    <message>
        <source>no latency yet</source>
        <translation>noch keine Latenz</translation>
    </message>
    <message>
        <source>display idle</source>
        <translation>Anzeige ruht</translation>
    </message>
    <message>
        <source>no network</source>
        <translation>kein Netz</translation>
    </message>
    <message>
        <source>%1 frames; %2 gaps, %3 lines skipped.</source>
        <translation>%1 Messwerte; %2 Lücken, %3 Zeilen übersprungen.</translation>
    </message>
    <message>
        <source>%L1 dropped</source>
        <translation>%L1 verloren</translation>
    </message>
    <message>
        <source>Frames lost before they were recorded: %1. Recorded but not recognised: %2.</source>
        <translation>Vor der Aufzeichnung verlorene Messwerte: %1. Aufgezeichnet, aber nicht erkannt: %2.</translation>
    </message>
    <message>
        <source>latency %1</source>
        <translation>Latenz %1</translation>
    </message>
    <message>
        <source>From the sample to the decision: median %1, 99 % within %2.</source>
        <translation>Vom Messwert bis zur Entscheidung: Median %1, 99 % binnen %2.</translation>
    </message>
    <message>
        <source>%1 fps</source>
        <translation>%1 Bilder/s</translation>
    </message>
    <message>
        <source>The display takes %1 of processor time a frame.</source>
        <translation>Die Anzeige braucht %1 Prozessorzeit je Bild.</translation>
    </message>
    <message>
        <source>What computes the spiking network.</source>
        <translation>Was das spikende Netz berechnet.</translation>
    </message>
    <message>
        <source>not recording</source>
        <translation>keine Aufzeichnung</translation>
    </message>
    <message>
        <source>Recordings go to %1.</source>
        <translation>Aufzeichnungen kommen nach %1.</translation>
    </message>
    <message>
        <source>%1, room for %2</source>
        <translation>%1, Platz für %2</translation>
    </message>
    <message>
        <source>%1
%2 frames, %3 a second, %4 free on the disk, %5 lost on the way to the disk.</source>
        <translation>%1
%2 Messwerte, %3 je Sekunde, %4 auf der Platte frei, %5 auf dem Weg zur Platte verloren.</translation>
    </message>
    <message>
        <source>replay at %L1×</source>
        <translation>Wiedergabe %L1×</translation>
    </message>
    <message>
        <source>replay at once</source>
        <translation>Wiedergabe sofort</translation>
    </message>
</context>
<context>
    <name>bnof::studio::StillnessTable</name>
    <message>
        <source>still</source>
        <translation>ruhig</translation>
    </message>
    <message>
        <source>no values</source>
        <translation>keine Werte</translation>
    </message>
    <message>
        <source>%1 s more</source>
        <translation>noch %1 s</translation>
    </message>
    <message>
        <source>spread above %1 %</source>
        <translation>Streuung über %1 %</translation>
    </message>
    <message>
        <source>slope above %1 %/min</source>
        <translation>Steigung über %1 %/min</translation>
    </message>
    <message>
        <source>more values</source>
        <translation>mehr Werte nötig</translation>
    </message>
    <message>
        <source>Stillness of every channel</source>
        <translation>Ruhe jedes Kanals</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Pegel</translation>
    </message>
    <message>
        <source>Spread, %</source>
        <translation>Streuung, %</translation>
    </message>
    <message>
        <source>Slope, %/min</source>
        <translation>Steigung, %/min</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Resistance, in units of the load resistor where it is 1; the value itself where a concentration is sent.</source>
        <translation>Widerstand, in Einheiten des Lastwiderstands, wo dieser 1 ist; der Wert selbst, wo eine Konzentration gesendet wird.</translation>
    </message>
    <message>
        <source>Begin again</source>
        <translation>Neu beginnen</translation>
    </message>
    <message>
        <source>Forget the air until now</source>
        <translation>Die bisherige Luft verwerfen</translation>
    </message>
    <message>
        <source>No sensor is connected. What was captured can still be saved.</source>
        <translation>Kein Sensor ist verbunden. Das Erfasste kann noch gespeichert werden.</translation>
    </message>
    <message>
        <source>Waiting for values of the calibrated channels…</source>
        <translation>Warten auf Werte der kalibrierten Kanäle …</translation>
    </message>
    <message>
        <source>%1 of %2 channels are still, over the last %3 s.</source>
        <translation>%1 von %2 Kanälen sind ruhig, über die letzten %3 s.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::Training</name>
    <message numerus="yes">
        <source>%n exposure(s)</source>
        <translation>
            <numerusform>%n Exposition</numerusform>
            <numerusform>%n Expositionen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stretch(es)</source>
        <translation>
            <numerusform>%n Abschnitt</numerusform>
            <numerusform>%n Abschnitte</numerusform>
        </translation>
    </message>
    <message>
        <source>A training runs already.</source>
        <translation>Ein Training läuft bereits.</translation>
    </message>
    <message>
        <source>The data is being read.</source>
        <translation>Die Daten werden gelesen.</translation>
    </message>
    <message>
        <source>Choose recordings with marked exposures first.</source>
        <translation>Wählen Sie zuerst Aufzeichnungen mit markierten Expositionen.</translation>
    </message>
    <message>
        <source>Training of %1</source>
        <translation>Training von %1</translation>
    </message>
    <message>
        <source>cancelled, no model was made</source>
        <translation>abgebrochen, es entstand kein Modell</translation>
    </message>
    <message>
        <source>The model is in the list of models.</source>
        <translation>Das Modell steht in der Liste der Modelle.</translation>
    </message>
</context>
<context>
    <name>bnof::studio::TrainingWorkspace</name>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Trainieren</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
</context>
<context>
    <name>bnof::studio::VerdictPanel</name>
    <message>
        <source>Doubts about the figures</source>
        <translation>Zweifel an den Zahlen</translation>
    </message>
    <message>
        <source>Which gas was taken for which</source>
        <translation>Welches Gas für welches gehalten wurde</translation>
    </message>
    <message>
        <source>Right answers, beside plain competitors</source>
        <translation>Richtige Antworten, neben einfachen Mitbewerbern</translation>
    </message>
    <message>
        <source>This model carries no figures of held-out data. Train it in this workspace to get them.</source>
        <translation>Dieses Modell trägt keine Zahlen zurückgehaltener Daten. Trainieren Sie es in diesem Arbeitsbereich, um sie zu bekommen.</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::BarList</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n weiteres</numerusform>
            <numerusform>%n weitere</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::CommandModel</name>
    <message>
        <source>on the command line: %1</source>
        <translation>auf der Befehlszeile: %1</translation>
    </message>
    <message>
        <source>not now: %1</source>
        <translation>jetzt nicht: %1</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Type a command</source>
        <translation>Befehl eingeben</translation>
    </message>
    <message>
        <source>Filter commands</source>
        <translation>Befehle filtern</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::ConfusionMatrix</name>
    <message>
        <source>Which gas was taken for which</source>
        <translation>Welches Gas für welches gehalten wurde</translation>
    </message>
    <message>
        <source>%1 was called %2 in %3 % of the answers</source>
        <translation>%1 wurde bei %3 % der Antworten %2 genannt</translation>
    </message>
    <message>
        <source>Nothing was tested yet</source>
        <translation>Noch nichts geprüft</translation>
    </message>
    <message>
        <source>No gas was taken for another.</source>
        <translation>Kein Gas wurde für ein anderes gehalten.</translation>
    </message>
    <message>
        <source>Most often confused: %1.</source>
        <translation>Am häufigsten verwechselt: %1.</translation>
    </message>
    <message>
        <source>answered, % of the row</source>
        <translation>geantwortet, % der Zeile</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::CurveView</name>
    <message>
        <source>Curves</source>
        <translation>Kurven</translation>
    </message>
    <message>
        <source>No values yet</source>
        <translation>Noch keine Werte</translation>
    </message>
    <message>
        <source>%1: from %2 to %3</source>
        <translation>%1: von %2 bis %3</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::DecisionCard</name>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>No signal</source>
        <translation>Kein Signal</translation>
    </message>
    <message>
        <source>Warming up</source>
        <translation>Aufwärmen</translation>
    </message>
    <message>
        <source>Clean air</source>
        <translation>Saubere Luft</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>Unbekannt</translation>
    </message>
    <message>
        <source>Degraded</source>
        <translation>Eingeschränkt</translation>
    </message>
    <message>
        <source>No frames arrive from the sensor.</source>
        <translation>Vom Sensor kommen keine Messwerte.</translation>
    </message>
    <message>
        <source>The baseline is settling; no gas is named before that.</source>
        <translation>Die Grundlinie pendelt sich ein; vorher wird kein Gas benannt.</translation>
    </message>
    <message>
        <source>Nothing but background.</source>
        <translation>Nichts als Hintergrund.</translation>
    </message>
    <message>
        <source>A smell, but none of the trained gases.</source>
        <translation>Ein Geruch, aber keines der gelernten Gase.</translation>
    </message>
    <message>
        <source>Decided with known faults; see the problem list.</source>
        <translation>Mit bekannten Mängeln entschieden; siehe Problemliste.</translation>
    </message>
    <message>
        <source>%1 ppm</source>
        <translation>%1 ppm</translation>
    </message>
    <message>
        <source>%1 ± %2 ppm</source>
        <translation>%1 ± %2 ppm</translation>
    </message>
    <message>
        <source>%1 (%2 … %3) ppm</source>
        <translation>%1 (%2 … %3) ppm</translation>
    </message>
    <message>
        <source>%1 after onset</source>
        <translation>%1 nach Beginn</translation>
    </message>
    <message>
        <source>decided in %1 ms</source>
        <translation>entschieden in %1 ms</translation>
    </message>
    <message>
        <source>degraded</source>
        <translation>eingeschränkt</translation>
    </message>
    <message>
        <source>confidence %1 %</source>
        <translation>Sicherheit %1 %</translation>
    </message>
    <message>
        <source>simulated data</source>
        <translation>simulierte Daten</translation>
    </message>
    <message>
        <source>Simulated data</source>
        <translation>Simulierte Daten</translation>
    </message>
    <message>
        <source>confidence</source>
        <translation>Sicherheit</translation>
    </message>
    <message>
        <source>the network was changed</source>
        <translation>das Netz wurde geändert</translation>
    </message>
    <message>
        <source>Changed network</source>
        <translation>Geändertes Netz</translation>
    </message>
    <message numerus="yes">
        <source>%n faulty sensor(s) left out</source>
        <translation>
            <numerusform>%n gestörter Sensor ausgelassen</numerusform>
            <numerusform>%n gestörte Sensoren ausgelassen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::DecisionTimeline</name>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>Decisions over time</source>
        <translation>Entscheidungen im Zeitverlauf</translation>
    </message>
    <message>
        <source>No decisions yet</source>
        <translation>Noch keine Entscheidungen</translation>
    </message>
    <message>
        <source>%1 from %2 to %3</source>
        <translation>%1 von %2 bis %3</translation>
    </message>
    <message numerus="yes">
        <source>%n mark(s)</source>
        <translation>
            <numerusform>%n Marke</numerusform>
            <numerusform>%n Marken</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::EvidenceView</name>
    <message>
        <source>Evidence</source>
        <translation>Belege</translation>
    </message>
    <message>
        <source>No exposure has been compared yet</source>
        <translation>Noch wurde keine Exposition verglichen</translation>
    </message>
    <message numerus="yes">
        <source>After %n exposure(s) B less A is %1 percentage points, %2 to %3</source>
        <translation>
            <numerusform>Nach %n Exposition ist B minus A %1 Prozentpunkte, %2 bis %3</numerusform>
            <numerusform>Nach %n Expositionen ist B minus A %1 Prozentpunkte, %2 bis %3</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>decided after %n exposure(s)</source>
        <translation>
            <numerusform>entschieden nach %n Exposition</numerusform>
            <numerusform>entschieden nach %n Expositionen</numerusform>
        </translation>
    </message>
    <message>
        <source>decided</source>
        <translation>entschieden</translation>
    </message>
    <message>
        <source>exposures</source>
        <translation>Expositionen</translation>
    </message>
    <message>
        <source>accuracy of B less A, percentage points</source>
        <translation>Trefferquote von B minus A, Prozentpunkte</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::HistogramView</name>
    <message>
        <source>Histogram</source>
        <translation>Histogramm</translation>
    </message>
    <message>
        <source>No values</source>
        <translation>Keine Werte</translation>
    </message>
    <message>
        <source>All %L1 values are %2</source>
        <translation>Alle %L1 Werte sind %2</translation>
    </message>
    <message>
        <source>From %1 to %2, most often near %3</source>
        <translation>Von %1 bis %2, am häufigsten nahe %3</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::ImportanceView</name>
    <message>
        <source>What the answer rests on</source>
        <translation>Worauf die Antwort beruht</translation>
    </message>
    <message>
        <source>Had %1 not moved from %2 s to %3 s before the answer, “%4” would lose %5 percentage points.</source>
        <translation>Hätte sich %1 von %2 s bis %3 s vor der Antwort nicht bewegt, verlöre „%4“ %5 Prozentpunkte.</translation>
    </message>
    <message>
        <source>Had %1 not moved from %2 s to %3 s before the answer, “%4” would gain %5 percentage points.</source>
        <translation>Hätte sich %1 von %2 s bis %3 s vor der Antwort nicht bewegt, gewänne „%4“ %5 Prozentpunkte.</translation>
    </message>
    <message>
        <source>Nothing is explained yet</source>
        <translation>Noch nichts erklärt</translation>
    </message>
    <message>
        <source>“%1” rests most on %2: without it the answer would lose %3 percentage points.</source>
        <translation>„%1“ beruht am meisten auf %2: ohne ihn verlöre die Antwort %3 Prozentpunkte.</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>without it</source>
        <translation>ohne ihn</translation>
    </message>
    <message>
        <source>seconds before the answer</source>
        <translation>Sekunden vor der Antwort</translation>
    </message>
    <message>
        <source>%1%2 %</source>
        <translation>%1%2 %</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::NetworkDiagram</name>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>%1 Hz</source>
        <translation>%1 Hz</translation>
    </message>
    <message>
        <source>/s</source>
        <translation>/s</translation>
    </message>
    <message>
        <source>%1: %L2 neurons, %3</source>
        <translation>%1: %L2 Neuronen, %3</translation>
    </message>
    <message>
        <source>, %1 a neuron</source>
        <translation>, %1 je Neuron</translation>
    </message>
    <message>
        <source>, %1 % active</source>
        <translation>, %1 % aktiv</translation>
    </message>
    <message>
        <source>, a value makes no sense</source>
        <translation>, ein Wert ergibt keinen Sinn</translation>
    </message>
    <message>
        <source>, changed</source>
        <translation>, geändert</translation>
    </message>
    <message>
        <source>%1: %2 inhibits %3</source>
        <translation>%1: %2 hemmt %3</translation>
    </message>
    <message>
        <source>%1: %2 excites %3</source>
        <translation>%1: %2 erregt %3</translation>
    </message>
    <message>
        <source>, learns</source>
        <translation>, lernt</translation>
    </message>
    <message>
        <source>, %1 events</source>
        <translation>, %1 Ereignisse</translation>
    </message>
    <message>
        <source>No network</source>
        <translation>Kein Netz</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message numerus="yes">
        <source>%n population(s): </source>
        <translation>
            <numerusform>%n Population: </numerusform>
            <numerusform>%n Populationen: </numerusform>
        </translation>
    </message>
    <message>
        <source>%1 % active</source>
        <translation>%1 % aktiv</translation>
    </message>
    <message>
        <source>%L1 neurons</source>
        <translation>%L1 Neuronen</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::ProblemList</name>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>All well</source>
        <translation>Alles in Ordnung</translation>
    </message>
    <message>
        <source>since %1</source>
        <translation>seit %1</translation>
    </message>
    <message>
        <source>over, began %1</source>
        <translation>vorbei, begann %1</translation>
    </message>
    <message numerus="yes">
        <source>, %n times</source>
        <translation>
            <numerusform>, %n-mal</numerusform>
            <numerusform>, %n-mal</numerusform>
        </translation>
    </message>
    <message>
        <source>No problems</source>
        <translation>Keine Probleme</translation>
    </message>
    <message>
        <source>Faults appear here with what happened and how to mend it.</source>
        <translation>Störungen erscheinen hier mit dem, was geschah und was zu tun ist.</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n Problem</numerusform>
            <numerusform>%n Probleme</numerusform>
        </translation>
    </message>
    <message>
        <source>Severity</source>
        <translation>Schwere</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Remedy</source>
        <translation>Abhilfe</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>Seit</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>present</source>
        <translation>besteht</translation>
    </message>
    <message>
        <source>over</source>
        <translation>vorbei</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::ProtocolTimeline</name>
    <message>
        <source>Course of the protocol</source>
        <translation>Ablauf des Protokolls</translation>
    </message>
    <message>
        <source>Nothing is planned</source>
        <translation>Nichts geplant</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>End of the protocol</source>
        <translation>Ende des Protokolls</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Aborted</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>next in %1: %2</source>
        <translation>weiter in %1: %2</translation>
    </message>
    <message>
        <source>ends in %1</source>
        <translation>endet in %1</translation>
    </message>
    <message>
        <source>%1: trial %2, from %3 to %4</source>
        <translation>%1: Durchgang %2, von %3 bis %4</translation>
    </message>
    <message numerus="yes">
        <source>%n trial(s)</source>
        <translation>
            <numerusform>%n Durchgang</numerusform>
            <numerusform>%n Durchgänge</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 in all</source>
        <translation>insgesamt %1</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n trial(s) done</source>
        <translation>
            <numerusform>%1 von %n Durchgang fertig</numerusform>
            <numerusform>%1 von %n Durchgängen fertig</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>bnof::widgets::RasterView</name>
    <message>
        <source>Spikes</source>
        <translation>Spikes</translation>
    </message>
    <message>
        <source>No spikes yet</source>
        <translation>Noch keine Spikes</translation>
    </message>
    <message>
        <source>They appear as soon as a recogniser runs on a connected sensor.</source>
        <translation>Sie erscheinen, sobald ein Erkenner an einem verbundenen Sensor läuft.</translation>
    </message>
    <message>
        <source>%1 Hz, %2 % active</source>
        <translation>%1 Hz, %2 % aktiv</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::SafetyCard</name>
    <message>
        <source>measured less than 1 % of the time</source>
        <translation>weniger als 1 % der Zeit gemessen</translation>
    </message>
    <message>
        <source>measured %1 % of the time</source>
        <translation>%1 % der Zeit gemessen</translation>
    </message>
    <message>
        <source>%1: %2 of %3 %4 (%5), %6</source>
        <translation>%1: %2 von %3 %4 (%5), %6</translation>
    </message>
    <message>
        <source>%1: %2, %3</source>
        <translation>%1: %2, %3</translation>
    </message>
    <message>
        <source>Safety figures</source>
        <translation>Sicherheitskennzahlen</translation>
    </message>
    <message>
        <source>Not a certified safety device: sensors and limits are for orientation only.</source>
        <translation>Kein zertifiziertes Sicherheitsgerät: Sensoren und Grenzwerte dienen nur der Orientierung.</translation>
    </message>
    <message>
        <source>▲ Below the first limit, %1</source>
        <translation>▲ Unter dem ersten Grenzwert, %1</translation>
    </message>
    <message>
        <source>▲ Above the low limit, %1</source>
        <translation>▲ Über dem unteren Grenzwert, %1</translation>
    </message>
    <message>
        <source>▲ Below the second limit, %1</source>
        <translation>▲ Unter dem zweiten Grenzwert, %1</translation>
    </message>
    <message>
        <source>▲ Above the high limit, %1</source>
        <translation>▲ Über dem oberen Grenzwert, %1</translation>
    </message>
    <message>
        <source>▲ 15-minute average above the STEL, %1</source>
        <translation>▲ 15-Minuten-Mittel über dem STEL, %1</translation>
    </message>
    <message>
        <source>▲ 8-hour average above the TWA, %1</source>
        <translation>▲ 8-Stunden-Mittel über dem TWA, %1</translation>
    </message>
    <message>
        <source>○ No reading now</source>
        <translation>○ Derzeit kein Messwert</translation>
    </message>
    <message>
        <source>○ No limit is set</source>
        <translation>○ Kein Grenzwert festgelegt</translation>
    </message>
    <message>
        <source>● Within the limits</source>
        <translation>● Innerhalb der Grenzwerte</translation>
    </message>
    <message>
        <source>● Below all limits</source>
        <translation>● Unter allen Grenzwerten</translation>
    </message>
    <message>
        <source>15 min</source>
        <translation>15 min</translation>
    </message>
    <message>
        <source>STEL</source>
        <translation>STEL</translation>
    </message>
    <message>
        <source>8 h</source>
        <translation>8 h</translation>
    </message>
    <message>
        <source>TWA</source>
        <translation>TWA</translation>
    </message>
    <message>
        <source>first</source>
        <translation>erster</translation>
    </message>
    <message>
        <source>low</source>
        <translation>unterer</translation>
    </message>
    <message>
        <source>second</source>
        <translation>zweiter</translation>
    </message>
    <message>
        <source>high</source>
        <translation>oberer</translation>
    </message>
    <message>
        <source>Limits: %1 %2</source>
        <translation>Grenzwerte: %1 %2</translation>
    </message>
    <message>
        <source>No gas with a limit is measured. Figures appear when a calibrated channel or the recogniser gives the concentration of one.</source>
        <translation>Kein Gas mit einem Grenzwert wird gemessen. Werte erscheinen, wenn ein kalibrierter Kanal oder der Erkenner die Konzentration eines solchen angibt.</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::SampleTrace</name>
    <message>
        <source>Samples</source>
        <translation>Messpunkte</translation>
    </message>
    <message>
        <source>No samples yet</source>
        <translation>Noch keine Messpunkte</translation>
    </message>
    <message>
        <source>last %1 s</source>
        <translation>letzte %1 s</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::SplitView</name>
    <message>
        <source>What trains and what tests</source>
        <translation>Was trainiert und was prüft</translation>
    </message>
    <message>
        <source>No recordings</source>
        <translation>Keine Aufzeichnungen</translation>
    </message>
    <message numerus="yes">
        <source>%n recording(s); %1 min train, %2 min test.</source>
        <translation>
            <numerusform>%n Aufzeichnung; %1 min trainieren, %2 min prüfen.</numerusform>
            <numerusform>%n Aufzeichnungen; %1 min trainieren, %2 min prüfen.</numerusform>
        </translation>
    </message>
    <message>
        <source>trains</source>
        <translation>trainiert</translation>
    </message>
    <message>
        <source>tests</source>
        <translation>prüft</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::StatusField</name>
    <message>
        <source>warning: %1</source>
        <translation>Warnung: %1</translation>
    </message>
    <message>
        <source>error: %1</source>
        <translation>Fehler: %1</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::StatusStrip</name>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::TimeView</name>
    <message>
        <source>Frozen · End: follow live</source>
        <translation>Angehalten · Ende: live folgen</translation>
    </message>
    <message>
        <source>Frozen, %1 behind · End: follow live</source>
        <translation>Angehalten, %1 zurück · Ende: live folgen</translation>
    </message>
    <message>
        <source>Copy as picture</source>
        <translation>Als Bild kopieren</translation>
    </message>
    <message>
        <source>Copy as vector graphic (SVG)</source>
        <translation>Als Vektorgrafik kopieren (SVG)</translation>
    </message>
    <message>
        <source>Freeze</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Follow live</source>
        <translation>Live folgen</translation>
    </message>
    <message>
        <source>Go to the beginning</source>
        <translation>Zum Anfang</translation>
    </message>
</context>
<context>
    <name>bnof::widgets::TraceView</name>
    <message>
        <source>Traces</source>
        <translation>Signale</translation>
    </message>
    <message>
        <source>No data yet</source>
        <translation>Noch keine Daten</translation>
    </message>
    <message>
        <source>Connect a sensor, or try the simulated nose.</source>
        <translation>Verbinden Sie einen Sensor oder probieren Sie die simulierte Nase aus.</translation>
    </message>
    <message>
        <source>One common axis</source>
        <translation>Eine gemeinsame Achse</translation>
    </message>
    <message>
        <source>One lane per channel</source>
        <translation>Eine Spur je Kanal</translation>
    </message>
    <message>
        <source>Each channel to its own range</source>
        <translation>Jeder Kanal in seinem eigenen Bereich</translation>
    </message>
    <message>
        <source>Show all channels</source>
        <translation>Alle Kanäle zeigen</translation>
    </message>
    <message>
        <source>Automatic value range</source>
        <translation>Wertebereich automatisch</translation>
    </message>
    <message>
        <source>%1: no value</source>
        <translation>%1: kein Wert</translation>
    </message>
    <message>
        <source>steady</source>
        <translation>gleichbleibend</translation>
    </message>
    <message>
        <source>rising</source>
        <translation>steigend</translation>
    </message>
    <message>
        <source>falling</source>
        <translation>fallend</translation>
    </message>
    <message>
        <source>%1 %2, %3</source>
        <translation>%1 %2, %3</translation>
    </message>
    <message>
        <source>, threshold %1 exceeded</source>
        <translation>, Schwelle %1 überschritten</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s), the last %1, following live</source>
        <translation>
            <numerusform>%n Kanal, die letzten %1, live</numerusform>
            <numerusform>%n Kanäle, die letzten %1, live</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s), frozen at %2, window %1</source>
        <translation>
            <numerusform>%n Kanal, angehalten bei %2, Fenster %1</numerusform>
            <numerusform>%n Kanäle, angehalten bei %2, Fenster %1</numerusform>
        </translation>
    </message>
    <message>
        <source>mixed units</source>
        <translation>verschiedene Einheiten</translation>
    </message>
    <message>
        <source>% of range</source>
        <translation>% des Bereichs</translation>
    </message>
    <message numerus="yes">
        <source>%n more: scroll</source>
        <translation>
            <numerusform>%n weiterer: blättern</numerusform>
            <numerusform>%n weitere: blättern</numerusform>
        </translation>
    </message>
</context>
</TS>
