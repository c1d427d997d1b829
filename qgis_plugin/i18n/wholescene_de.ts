<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>WholeScene</name>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>User's accuracy (precision): of what the map calls the class, how much is it. Producer's accuracy (recall): of what is the class, how much does the map call so. IoU: intersection over union. A dash: nothing to divide by. Means are over the classes that occur in the map or the reference.</source>
        <translation>Nutzergenauigkeit (Precision): wie viel von dem, was die Karte der Klasse zuordnet, ihr wirklich angehört. Herstellergenauigkeit (Recall): wie viel von dem, was der Klasse angehört, die Karte ihr zuordnet. IoU: Schnittmenge durch Vereinigungsmenge. Ein Strich: Es gibt nichts, wodurch zu teilen wäre. Mittelwerte gehen über die Klassen, die in Karte oder Referenz vorkommen.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>n_ij points of map class i have reference class j; W_i is the share of the map and N_i the area that class i covers; N_·j = Σ_i N_i n_ij / n_i; A is the area of the map. Intervals are ± 1.96 standard errors.</source>
        <translation>n_ij Punkte der Kartenklasse i haben die Referenzklasse j; W_i ist der Anteil der Karte und N_i die Fläche, die Klasse i bedeckt; N_·j = Σ_i N_i n_ij / n_i; A ist die Fläche der Karte. Intervalle sind ± 1,96 Standardfehler.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>map ↓   reference →</source>
        <translation>Karte ↓   Referenz →</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../gui/accuracy_view.py" />
        <location filename="../core/accuracy_html.py" />
        <location filename="../core/accuracy_html.py" />
        <source>sum</source>
        <translation>Summe</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <location filename="../core/accuracy_html.py" />
        <source>class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>user's accuracy</source>
        <translation>Nutzergenauigkeit</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>producer's accuracy</source>
        <translation>Herstellergenauigkeit</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../core/accuracy_html.py" />
        <source>IoU</source>
        <translation>IoU</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../core/accuracy_html.py" />
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../core/accuracy_html.py" />
        <source>ha</source>
        <translation>ha</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../core/accuracy_words.py" />
        <location filename="../core/accuracy_html.py" />
        <source>pixels</source>
        <translation>Pixel</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <location filename="../core/accuracy_html.py" />
        <source>Accuracy of {map}</source>
        <translation>Genauigkeit von {map}</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../core/accuracy_html.py" />
        <source>overall accuracy</source>
        <translation>Gesamtgenauigkeit</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../core/accuracy_html.py" />
        <source>mean IoU</source>
        <translation>Mittlere IoU</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../core/accuracy_html.py" />
        <source>mean F1</source>
        <translation>Mittleres F1</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>Each cell counts {unit}.</source>
        <translation>Jede Zelle zählt {unit}.</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <location filename="../core/accuracy_html.py" />
        <source>in the reference</source>
        <translation>in der Referenz</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <location filename="../core/accuracy_html.py" />
        <source>in the map</source>
        <translation>in der Karte</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>map {file}</source>
        <translation>Karte {file}</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>reference {name}</source>
        <translation>Referenz {name}</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>in the map, {unit}</source>
        <translation>in der Karte, {unit}</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>estimated, {unit}</source>
        <translation>geschätzt, {unit}</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../gui/accuracy_dialog.py" />
        <location filename="../core/accuracy_html.py" />
        <source>Confusion matrix</source>
        <translation>Konfusionsmatrix</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <location filename="../gui/preset_card.py" />
        <location filename="../gui/accuracy_dialog.py" />
        <location filename="../core/accuracy_html.py" />
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <location filename="../core/accuracy_html.py" />
        <source>How to read this</source>
        <translation>Wie dies zu lesen ist</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <location filename="../gui/accuracy_mapping.py" />
        <location filename="../gui/accuracy_dialog.py" />
        <location filename="../core/accuracy_html.py" />
        <source>Class mapping</source>
        <translation>Klassenzuordnung</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>preset {name}</source>
        <translation>Vorgabe {name}</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <location filename="../core/accuracy_html.py" />
        <source>{unit} compared</source>
        <translation>{unit} verglichen</translation>
    </message>
    <message>
        <location filename="../core/accuracy_html.py" />
        <source>other</source>
        <translation>andere</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <location filename="../processing/class_areas.py" />
        <location filename="../core/accuracy_html.py" />
        <source>Areas</source>
        <translation>Flächen</translation>
    </message>
    <message>
        <location filename="../core/accuracy_layers.py" />
        <source>its pixels come from the provider '{provider}'</source>
        <translation>ihre Pixel kommen vom Datenanbieter „{provider}“</translation>
    </message>
    <message>
        <location filename="../core/accuracy_map.py" />
        <source>it has no bands</source>
        <translation>es hat keine Kanäle</translation>
    </message>
    <message>
        <location filename="../core/accuracy_map.py" />
        <source>its pixels are not whole numbers</source>
        <translation>seine Pixel sind keine ganzen Zahlen</translation>
    </message>
    <message>
        <location filename="../core/accuracy_map.py" />
        <source>GDAL does not know it</source>
        <translation>GDAL kennt es nicht</translation>
    </message>
    <message>
        <location filename="../core/accuracy_reference.py" />
        <source>{} × {} pixels, not {} × {}</source>
        <translation>{} × {} Pixel statt {} × {}</translation>
    </message>
    <message>
        <location filename="../core/accuracy_reference.py" />
        <source>it holds more than {n} different values</source>
        <translation>es enthält mehr als {n} verschiedene Werte</translation>
    </message>
    <message>
        <location filename="../core/accuracy_reference.py" />
        <source>it has no band {band}</source>
        <translation>es hat keinen Kanal {band}</translation>
    </message>
    <message>
        <location filename="../core/accuracy_sample.py" />
        <source>no pixel has a class</source>
        <translation>kein Pixel hat eine Klasse</translation>
    </message>
    <message>
        <location filename="../core/accuracy_sample.py" />
        <source>that is no point at all</source>
        <translation>das ergibt keinen einzigen Punkt</translation>
    </message>
    <message>
        <location filename="../core/accuracy_vector.py" />
        <source>no field</source>
        <translation>kein Feld</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>Rows are classes of the map, columns are classes of the reference.</source>
        <translation>Zeilen sind Klassen der Karte, Spalten sind Klassen der Referenz.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>points</source>
        <translation>Punkte</translation>
    </message>
    <message numerus="yes">
        <location filename="../core/accuracy_words.py" />
        <source>{n} pixels were left out because polygons of different classes overlap there.</source>
        <translation>
            <numerusform>{n} Pixel wurde ausgelassen, weil sich dort Polygone verschiedener Klassen überlappen.</numerusform>
            <numerusform>{n} Pixel wurden ausgelassen, weil sich dort Polygone verschiedener Klassen überlappen.</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>Map or reference has no CRS: coordinates were taken as they are.</source>
        <translation>Karte oder Referenz hat kein KBS: Die Koordinaten wurden genommen, wie sie sind.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>The points say that they were drawn from another map. Its classes are their strata, not those of this map: the estimates may be off.</source>
        <translation>Laut ihren Angaben wurden die Punkte aus einer anderen Karte gezogen. Deren Klassen sind ihre Schichten, nicht die dieser Karte: Die Schätzungen können danebenliegen.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>Map or reference has no place on the ground: they were laid on each other pixel by pixel.</source>
        <translation>Karte oder Referenz ist nicht georeferenziert: Sie wurden Pixel für Pixel übereinandergelegt.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>{share} of the map lies in classes without any point. The estimates do not speak of it.</source>
        <translation>{share} der Karte liegen in Klassen ohne einen einzigen Punkt. Darüber sagen die Schätzungen nichts.</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_mapping.py" />
        <location filename="../core/accuracy_words.py" />
        <source>left out</source>
        <translation>ausgelassen</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>counted as other</source>
        <translation>als „andere“ gezählt</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>The reference raster was sampled at the centre of each pixel of the map (nearest neighbour, no interpolation).</source>
        <translation>Das Referenzraster wurde am Mittelpunkt jedes Pixels der Karte abgetastet (nächster Nachbar, keine Interpolation).</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>A pixel belongs to the reference polygon that holds its centre.</source>
        <translation>Ein Pixel gehört zu dem Referenzpolygon, in dem sein Mittelpunkt liegt.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>Each reference point was compared with the pixel of the map that holds it.</source>
        <translation>Jeder Referenzpunkt wurde mit dem Pixel der Karte verglichen, in dem er liegt.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>The figures hold for the pixels that were compared, and as far as the reference is right.</source>
        <translation>Die Zahlen gelten für die verglichenen Pixel und soweit die Referenz richtig ist.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>The figures hold for the pixels inside the polygons. Unless the polygons were drawn at random, they say nothing certain about the rest of the map.</source>
        <translation>Die Zahlen gelten für die Pixel in den Polygonen. Wurden die Polygone nicht zufällig gewählt, sagen sie über den Rest der Karte nichts Sicheres aus.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>Estimates for the whole map with 95 % confidence intervals, by the stratified estimators of Olofsson et al. 2014 (Remote Sensing of Environment 148, 42-57). The classes of the map are the strata: this holds for points drawn at random within each class of this map, or all over it.</source>
        <translation>Schätzungen für die ganze Karte mit 95-%-Konfidenzintervallen, nach den geschichteten Schätzern von Olofsson et al. 2014 (Remote Sensing of Environment 148, 42-57). Die Schichten sind die Klassen der Karte: Das gilt für Punkte, die zufällig innerhalb jeder Klasse dieser Karte oder über die ganze Karte gezogen wurden.</translation>
    </message>
    <message numerus="yes">
        <location filename="../core/accuracy_words.py" />
        <source>{n} points of the reference class '{name}' were left out: it is no class of the map.</source>
        <translation>
            <numerusform>{n} Punkt der Referenzklasse „{name}“ wurde ausgelassen: Sie ist keine Klasse der Karte.</numerusform>
            <numerusform>{n} Punkte der Referenzklasse „{name}“ wurden ausgelassen: Sie ist keine Klasse der Karte.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../core/accuracy_words.py" />
        <source>{n} pixels of the reference class '{name}' were left out: it is no class of the map.</source>
        <translation>
            <numerusform>{n} Pixel der Referenzklasse „{name}“ wurde ausgelassen: Sie ist keine Klasse der Karte.</numerusform>
            <numerusform>{n} Pixel der Referenzklasse „{name}“ wurden ausgelassen: Sie ist keine Klasse der Karte.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../core/accuracy_words.py" />
        <source>{n} points lie outside the map, or where it has no class.</source>
        <translation>
            <numerusform>{n} Punkt liegt außerhalb der Karte oder dort, wo sie keine Klasse hat.</numerusform>
            <numerusform>{n} Punkte liegen außerhalb der Karte oder dort, wo sie keine Klasse hat.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../core/accuracy_words.py" />
        <source>{n} pixels have a reference, but no class in the map.</source>
        <translation>
            <numerusform>{n} Pixel hat eine Referenz, aber keine Klasse in der Karte.</numerusform>
            <numerusform>{n} Pixel haben eine Referenz, aber keine Klasse in der Karte.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../core/accuracy_words.py" />
        <source>{n} points have no reference class yet.</source>
        <translation>
            <numerusform>{n} Punkt hat noch keine Referenzklasse.</numerusform>
            <numerusform>{n} Punkte haben noch keine Referenzklasse.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../core/accuracy_words.py" />
        <source>{n} pixels of the map have no reference.</source>
        <translation>
            <numerusform>{n} Pixel der Karte hat keine Referenz.</numerusform>
            <numerusform>{n} Pixel der Karte haben keine Referenz.</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>A class with a single point has no confidence interval, nor has what depends on it.</source>
        <translation>Eine Klasse mit einem einzigen Punkt hat kein Konfidenzintervall, ebenso wenig, was davon abhängt.</translation>
    </message>
    <message>
        <location filename="../core/accuracy_words.py" />
        <source>Counted as other, that is as wrong everywhere: {names}.</source>
        <translation>Als „andere“ gezählt, also überall als falsch: {names}.</translation>
    </message>
    <message>
        <location filename="../core/class_map.py" />
        <location filename="../core/area_scene.py" />
        <source>GDAL cannot open it</source>
        <translation>GDAL kann es nicht öffnen</translation>
    </message>
    <message>
        <location filename="../core/partial_map.py" />
        <location filename="../core/area_scene.py" />
        <source>GDAL could not write it</source>
        <translation>GDAL konnte es nicht schreiben</translation>
    </message>
    <message>
        <location filename="../core/channel.py" />
        <source>the engine's address '{address}' is not one of this machine</source>
        <translation>die Adresse „{address}“ der Engine gehört nicht zu diesem Rechner</translation>
    </message>
    <message>
        <location filename="../core/remote/sending.py" />
        <location filename="../core/remote/line.py" />
        <location filename="../core/channel.py" />
        <source>it does not answer</source>
        <translation>sie antwortet nicht</translation>
    </message>
    <message>
        <location filename="../core/launcher.py" />
        <location filename="../core/command.py" />
        <source>{program} cannot be run</source>
        <translation>{program} lässt sich nicht ausführen</translation>
    </message>
    <message>
        <location filename="../core/remote/tunnel.py" />
        <location filename="../core/install/process.py" />
        <location filename="../core/details.py" />
        <location filename="../core/command.py" />
        <source>exit code {n}</source>
        <translation>Exit-Code {n}</translation>
    </message>
    <message>
        <location filename="../core/remote/line.py" />
        <location filename="../core/conversation.py" />
        <source>it was shut down</source>
        <translation>sie wurde beendet</translation>
    </message>
    <message>
        <location filename="../core/conversation.py" />
        <source>it has been silent for too long</source>
        <translation>sie hat zu lange nichts von sich hören lassen</translation>
    </message>
    <message>
        <location filename="../core/corrections.py" />
        <source>QGIS could not change it</source>
        <translation>QGIS konnte es nicht ändern</translation>
    </message>
    <message>
        <location filename="../core/mapping_unit_raster.py" />
        <location filename="../core/corrections_output.py" />
        <location filename="../core/corrections.py" />
        <source>GDAL could not create it</source>
        <translation>GDAL konnte es nicht anlegen</translation>
    </message>
    <message>
        <location filename="../core/corrections.py" />
        <source>it has no readable table '{table}'</source>
        <translation>darin ist keine lesbare Tabelle „{table}“</translation>
    </message>
    <message>
        <location filename="../core/corrections.py" />
        <source>the table has no {fields}</source>
        <translation>in der Tabelle fehlt {fields}</translation>
    </message>
    <message>
        <location filename="../core/destination.py" />
        <source>you may not write there, and the project has no folder yet</source>
        <translation>dort fehlt die Schreibberechtigung, und das Projekt hat noch keinen Ordner</translation>
    </message>
    <message>
        <location filename="../core/remote/freight.py" />
        <location filename="../core/details.py" />
        <source>it is a folder</source>
        <translation>es ist ein Ordner</translation>
    </message>
    <message>
        <location filename="../core/remote/destination.py" />
        <location filename="../core/details.py" />
        <source>there is no folder {path}</source>
        <translation>den Ordner {path} gibt es nicht</translation>
    </message>
    <message>
        <location filename="../core/remote/destination.py" />
        <location filename="../core/details.py" />
        <source>no permission to write into {path}</source>
        <translation>keine Schreibberechtigung für {path}</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>a class map is a GeoTIFF, so its name has to end in .tif; a name that ends in {separator} is a folder</source>
        <translation>eine Klassenkarte ist ein GeoTIFF, ihr Name muss also auf .tif enden; ein Name, der auf {separator} endet, ist ein Ordner</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>the scene has no georeference, so it has no place there</source>
        <translation>die Szene ist nicht georeferenziert und hat dort keinen Platz</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it has no raster band</source>
        <translation>es hat keinen Rasterkanal</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>the archive holds no raster</source>
        <translation>das Archiv enthält kein Raster</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it is not georeferenced</source>
        <translation>es ist nicht georeferenziert</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>{width} × {height} pixels against {wanted_width} × {wanted_height}</source>
        <translation>{width} × {height} Pixel gegenüber {wanted_width} × {wanted_height}</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>{n} pixels apart</source>
        <translation>{n} Pixel auseinander</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>another CRS</source>
        <translation>ein anderes KBS</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>the weights</source>
        <translation>die Gewichte</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>the tiles in flight</source>
        <translation>die Kacheln in Arbeit</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>margins on their way</source>
        <translation>Ränder unterwegs</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>sums over the scene</source>
        <translation>Summen über die Szene</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>keys and values of {step}</source>
        <translation>Schlüssel und Werte von {step}</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>the processes themselves</source>
        <translation>die Prozesse selbst</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>the processes</source>
        <translation>die Prozesse</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>main memory</source>
        <translation>Arbeitsspeicher</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>memory on each device</source>
        <translation>Speicher auf jedem Gerät</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>allocation failed</source>
        <translation>kein Speicher bekommen</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>no more memory</source>
        <translation>kein Speicher mehr</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>signal {name}</source>
        <translation>Signal {name}</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it gave no sign of life for {n} seconds and was ended</source>
        <translation>er gab {n} Sekunden lang kein Lebenszeichen und wurde beendet</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it took more than {n} seconds</source>
        <translation>sie dauerte mehr als {n} Sekunden</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>its process ended ({detail})</source>
        <translation>ihr Prozess endete ({detail})</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>its process cannot be started ({detail})</source>
        <translation>ihr Prozess lässt sich nicht starten ({detail})</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>there is no connection file {path}</source>
        <translation>es gibt keine Verbindungsdatei {path}</translation>
    </message>
    <message>
        <location filename="../core/install/download.py" />
        <location filename="../core/details.py" />
        <source>there is no file {path}</source>
        <translation>es gibt keine Datei {path}</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>{path} cannot be read</source>
        <translation>{path} ist nicht lesbar</translation>
    </message>
    <message>
        <location filename="../core/installation.py" />
        <location filename="../core/details.py" />
        <source>{path}, named by {where}, does not exist</source>
        <translation>{path}, genannt in {where}, gibt es nicht</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it belongs to another user</source>
        <translation>sie gehört einem anderen Benutzer</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>other users could read it</source>
        <translation>andere Benutzer könnten sie lesen</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>everybody could write into this folder</source>
        <translation>alle Benutzer könnten in diesen Ordner schreiben</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it is a symbolic link</source>
        <translation>sie ist eine symbolische Verknüpfung</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it is not a regular file</source>
        <translation>sie ist keine gewöhnliche Datei</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>its content is not JSON</source>
        <translation>ihr Inhalt ist kein JSON</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>its content is not understood</source>
        <translation>ihr Inhalt ist unverständlich</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>{path} does not exist</source>
        <translation>{path} gibt es nicht</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>preset.json does not say which SHA-256 they have</source>
        <translation>preset.json nennt ihre SHA-256-Prüfsumme nicht</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it has a password</source>
        <translation>er hat ein Passwort</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>its path is absolute</source>
        <translation>sein Pfad ist absolut</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>its path leads out of the folder</source>
        <translation>sein Pfad führt aus dem Ordner hinaus</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>its name has characters that mean something else on other systems</source>
        <translation>sein Name hat Zeichen, die auf anderen Systemen etwas anderes bedeuten</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>its name means something else on other systems</source>
        <translation>sein Name bedeutet auf anderen Systemen etwas anderes</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>there are two of that name</source>
        <translation>es gibt zwei dieses Namens</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>there is no preset.json at its top or in a folder there</source>
        <translation>weder zuoberst noch in einem Ordner dort liegt eine preset.json</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>there are {n} files preset.json; a package holds one preset</source>
        <translation>es gibt {n} Dateien preset.json; ein Paket enthält eine Vorgabe</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it has SPIM, whose number of heads no weight tells: pass --spim-heads</source>
        <translation>es hat SPIM, dessen Anzahl der Köpfe kein Gewicht verrät: --spim-heads angeben</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>{operator} runs on the cells of a region grid only, whose side --cell names</source>
        <translation>{operator} läuft nur auf den Zellen eines Regionengitters, deren Seite --cell nennt</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it uses those of the preset '{name}', which is not there</source>
        <translation>sie verwendet die der Vorgabe „{name}“, die nicht da ist</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>torch is a build without CUDA. Install the CUDA build of torch into the engine's environment.</source>
        <translation>torch ist ohne CUDA gebaut. Den CUDA-Build von torch in die Umgebung der Engine installieren.</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>The {driver} does not answer. Install it, or load it (in a container: start it with GPU access).</source>
        <translation>{driver}: antwortet nicht. Den Treiber installieren oder laden (in einem Container: mit GPU-Zugriff starten).</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>CUDA_VISIBLE_DEVICES hides them. Unset it.</source>
        <translation>CUDA_VISIBLE_DEVICES verbirgt sie. Die Variable löschen.</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>torch's CUDA {version} does not start. Update the {driver} to one that supports it.</source>
        <translation>CUDA {version} von torch startet nicht. {driver}: auf eine Version aktualisieren, die es unterstützt.</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>it is too long; combine the files in a VRT, simplify the mask</source>
        <translation>sie ist zu lang; die Dateien in einem VRT zusammenfassen, die Maske vereinfachen</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>a preset has 2 to {most} of them, not {n}</source>
        <translation>eine Vorgabe hat 2 bis {most} davon, nicht {n}</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>there are more than {most} of them</source>
        <translation>es sind mehr als {most}</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>two names have the same value in the field class_id</source>
        <translation>zwei Namen haben denselben Wert im Feld class_id</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>the value {value} is not within 0 to {largest}</source>
        <translation>der Wert {value} liegt nicht zwischen 0 und {largest}</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>there is no layer '{name}' (there are: {offered})</source>
        <translation>einen Layer „{name}“ gibt es nicht (es gibt: {offered})</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>name one of its layers: {offered}</source>
        <translation>einen der Layer nennen: {offered}</translation>
    </message>
    <message>
        <location filename="../core/details.py" />
        <source>files of type '{suffix}' are not read</source>
        <translation>Dateien vom Typ „{suffix}“ werden nicht gelesen</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Choose another name, or replace the file.</source>
        <translation>Einen anderen Namen wählen oder die Datei ersetzen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Choose them under Bands.</source>
        <translation>Die Kanäle unter „Kanäle“ auswählen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Save what the map shows of it as a GeoTIFF, and segment that.</source>
        <translation>Was die Karte davon zeigt, als GeoTIFF speichern und dieses segmentieren.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Choose a georeferenced raster whose CRS is known.</source>
        <translation>Ein georeferenziertes Raster wählen, dessen KBS bekannt ist.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Choose another preset to build on, or another file.</source>
        <translation>Eine andere Vorgabe als Grundlage oder eine andere Datei wählen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Tick that you may use them under it, if you may.</source>
        <translation>Ist die Nutzung unter dieser Lizenz erlaubt, dies ankreuzen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Give the side of its windows; the file itself has to fix its bands.</source>
        <translation>Die Seitenlänge der Fenster angeben; die Zahl der Kanäle muss die Datei selbst festlegen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Correct its metadata, or choose a preset to build on that tells what is missing.</source>
        <translation>Ihre Metadaten berichtigen oder eine Vorgabe als Grundlage wählen, die sagt, was fehlt.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Import it again as a model that gives logits.</source>
        <translation>Noch einmal importieren, als Modell, das Logits liefert.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Choose colours for the classes that it has.</source>
        <translation>Farben für die Klassen wählen, die sie hat.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Give their height and width in multiples of {side} pixels.</source>
        <translation>Höhe und Breite in Vielfachen von {side} Pixeln angeben.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Close other programs; an area treated as the scene, or a preset with pooled keys, needs less.</source>
        <translation>Andere Programme schließen; ein Gebiet, das als Szene behandelt wird, oder eine Vorgabe mit zusammengefassten Schlüsseln braucht weniger.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>An area treated as the scene, or a preset with pooled keys, needs less.</source>
        <translation>Ein Gebiet, das als Szene behandelt wird, oder eine Vorgabe mit zusammengefassten Schlüsseln braucht weniger.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Segment the scene as a whole, which needs less.</source>
        <translation>Die Szene als Ganzes segmentieren, das braucht weniger.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Choose another preset.</source>
        <translation>Eine andere Vorgabe wählen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Choose float32.</source>
        <translation>float32 wählen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Compute it in float32; if that is what was used, the weights do not suit such values.</source>
        <translation>In float32 rechnen; wurde das schon getan, passen die Gewichte nicht zu solchen Werten.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Start the engine on another device.</source>
        <translation>Die Engine auf einem anderen Gerät starten.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Try again. Often the machine ran out of memory.</source>
        <translation>Erneut versuchen. Oft war der Arbeitsspeicher zu knapp.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Choose the field that holds the class.</source>
        <translation>Das Feld auswählen, das die Klasse enthält.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Add them to the classes, or take these polygons away.</source>
        <translation>Sie zu den Klassen hinzunehmen oder diese Polygone entfernen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Correct the class field of the polygons, or choose the classes.</source>
        <translation>Das Klassenfeld der Polygone berichtigen oder die Klassen auswählen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Draw more polygons, in other places; or hold nothing out.</source>
        <translation>Mehr Polygone zeichnen, an anderen Orten; oder nichts zurückhalten.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Look at the polygons, draw more, or ask for it to be saved even if it got worse.</source>
        <translation>Die Polygone ansehen, mehr zeichnen, oder auch ein schlechteres Ergebnis speichern lassen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <location filename="../core/errors.py" />
        <source>Scale the bands to that range (Raster &gt; Conversion &gt; Translate), or check the bands.</source>
        <translation>Die Kanäle auf diesen Bereich skalieren (Raster &gt; Konvertierung &gt; Umwandeln) oder die Kanäle prüfen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Install it here, or choose its Python in the menu at the foot of the panel.</source>
        <translation>Die Engine hier installieren oder im Menü am Fuß des Bedienfelds ihr Python wählen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Start one from the panel.</source>
        <translation>Im Bedienfeld eine starten.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Check which Python the panel's settings name, or try again.</source>
        <translation>Prüfen, welches Python die Einstellungen des Bedienfelds nennen, oder erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Use it, or stop it first from the panel.</source>
        <translation>Diese verwenden oder zuerst im Bedienfeld beenden.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>The engine may have stopped; try again.</source>
        <translation>Vielleicht wurde die Engine beendet; erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Update the {older}: plugin and engine have to come from the same release.</source>
        <translation>Bitte {older} aktualisieren: Erweiterung und Engine müssen aus derselben Version stammen.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>Update the {older}: plugin and engine have to come from the same release. If both are up to date, end the engine that still runs.</source>
        <translation>Bitte {older} aktualisieren: Erweiterung und Engine müssen aus derselben Version stammen. Sind beide aktuell, die noch laufende Engine beenden.</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>plugin</source>
        <translation>die Erweiterung</translation>
    </message>
    <message>
        <location filename="../core/errors.py" />
        <source>engine</source>
        <translation>die Engine</translation>
    </message>
    <message>
        <location filename="../core/install/installer.py" />
        <source>the bundle brings none</source>
        <translation>das Bundle bringt keines mit</translation>
    </message>
    <message>
        <location filename="../core/install/installer.py" />
        <source>it holds another build than was chosen</source>
        <translation>es enthält einen anderen Build, als gewählt wurde</translation>
    </message>
    <message>
        <location filename="../core/install/installer.py" />
        <source>Unpacking…</source>
        <translation>Wird entpackt…</translation>
    </message>
    <message>
        <location filename="../core/install/installer.py" />
        <source>the environment has no pip that runs</source>
        <translation>in der Umgebung ist kein pip, das läuft</translation>
    </message>
    <message>
        <location filename="../core/install/installer.py" />
        <source>Stopping the engine that runs…</source>
        <translation>Die laufende Engine wird angehalten…</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>it belongs to an installed engine and is removed with it</source>
        <translation>es gehört zu einer installierten Engine und wird mit ihr entfernt</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>it is a 32-bit Python</source>
        <translation>es ist ein 32-Bit-Python</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>it is a free-threaded Python, for which not all packages exist</source>
        <translation>es ist ein Python ohne GIL (free-threaded), für das es nicht alle Pakete gibt</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>no Python was found at all</source>
        <translation>es wurde überhaupt kein Python gefunden</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>it belongs to QGIS</source>
        <translation>es gehört zu QGIS</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>it cannot be run</source>
        <translation>es lässt sich nicht ausführen</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>it is {name}, not CPython</source>
        <translation>es ist {name}, nicht CPython</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>it is Python {version}</source>
        <translation>es ist Python {version}</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>it cannot make environments ({detail}); on Debian and Ubuntu install python3-venv</source>
        <translation>es kann keine Umgebungen anlegen ({detail}); unter Debian und Ubuntu python3-venv installieren</translation>
    </message>
    <message>
        <location filename="../core/install/interpreters.py" />
        <source>it gave no answer within {n} seconds</source>
        <translation>es hat innerhalb von {n} Sekunden nicht geantwortet</translation>
    </message>
    <message>
        <location filename="../core/install/pip.py" />
        <source>it offers no file of it for this system, or did not answer as a package index does</source>
        <translation>sie bietet davon keine Datei für dieses System an oder hat nicht wie ein Paketindex geantwortet</translation>
    </message>
    <message>
        <location filename="../core/install/pip.py" />
        <source>it offers: {versions}</source>
        <translation>sie bietet: {versions}</translation>
    </message>
    <message>
        <location filename="../core/install/pip.py" />
        <source>pip's report is not understood ({detail})</source>
        <translation>der Bericht von pip ist unverständlich ({detail})</translation>
    </message>
    <message>
        <location filename="../core/install/source.py" />
        <source>the source of packages</source>
        <translation>Die Paketquelle</translation>
    </message>
    <message>
        <location filename="../core/install/standalone.py" />
        <source>there is no ready-made one for {platform}</source>
        <translation>für {platform} gibt es kein fertiges</translation>
    </message>
    <message>
        <location filename="../core/install/standalone.py" />
        <source>it is larger than any Python</source>
        <translation>es ist größer als jedes Python</translation>
    </message>
    <message>
        <location filename="../core/install/standalone.py" />
        <source>there is no folder '{name}' in it</source>
        <translation>darin ist kein Ordner „{name}“</translation>
    </message>
    <message>
        <location filename="../core/install/standalone.py" />
        <location filename="../core/install/standalone.py" />
        <location filename="../core/install/standalone.py" />
        <source>it holds {name}, which leads out of the folder</source>
        <translation>es enthält {name}, was aus dem Ordner hinausführt</translation>
    </message>
    <message>
        <location filename="../core/install/standalone.py" />
        <source>it holds {name}, which is neither a file nor a folder</source>
        <translation>es enthält {name}, was weder Datei noch Ordner ist</translation>
    </message>
    <message>
        <location filename="../core/install/transfer.py" />
        <source>the connection was closed early</source>
        <translation>die Verbindung wurde vorzeitig geschlossen</translation>
    </message>
    <message>
        <location filename="../core/install/transfer.py" />
        <source>nothing came for {n} s</source>
        <translation>{n} s lang kam nichts</translation>
    </message>
    <message>
        <location filename="../core/installation.py" />
        <source>the panel's settings</source>
        <translation>den Einstellungen des Bedienfelds</translation>
    </message>
    <message>
        <location filename="../core/launcher.py" />
        <source>the one that left its connection file is gone</source>
        <translation>die Engine, von der die Verbindungsdatei stammt, läuft nicht mehr</translation>
    </message>
    <message>
        <location filename="../core/remote/tunnel.py" />
        <location filename="../core/launcher.py" />
        <source>no sign of life for {n} s</source>
        <translation>kein Lebenszeichen seit {n} s</translation>
    </message>
    <message>
        <location filename="../core/launcher.py" />
        <source>it ended at once</source>
        <translation>sie endete sofort</translation>
    </message>
    <message numerus="yes">
        <location filename="../core/machine.py" />
        <source>%n processors</source>
        <translation>
            <numerusform>%n Prozessor</numerusform>
            <numerusform>%n Prozessoren</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <location filename="../core/machine.py" />
        <source>{cards} cannot be used: {reason}</source>
        <translation>{cards}: nicht verwendbar. {reason}</translation>
    </message>
    <message>
        <location filename="../core/partial_map.py" />
        <source>{path} is gone</source>
        <translation>{path} ist nicht mehr da</translation>
    </message>
    <message>
        <location filename="../core/polygons_target.py" />
        <source>it cannot be opened</source>
        <translation>er lässt sich nicht öffnen</translation>
    </message>
    <message>
        <location filename="../core/polygons_target.py" />
        <source>it does not hold polygons</source>
        <translation>er enthält keine Polygone</translation>
    </message>
    <message>
        <location filename="../core/polygons_target.py" />
        <source>it cannot be written to</source>
        <translation>in ihn kann nicht geschrieben werden</translation>
    </message>
    <message>
        <location filename="../core/polygons_target.py" />
        <source>it is being edited; save or drop its edits first</source>
        <translation>er wird gerade bearbeitet; zuerst die Änderungen speichern oder verwerfen</translation>
    </message>
    <message>
        <location filename="../core/polygons_target.py" />
        <source>it is a temporary layer; save it to a file first</source>
        <translation>er ist ein Temporärlayer; zuerst in eine Datei speichern</translation>
    </message>
    <message>
        <location filename="../core/polygons_target.py" />
        <source>it did not take the polygons</source>
        <translation>er hat die Polygone nicht angenommen</translation>
    </message>
    <message>
        <location filename="../core/polygons_target.py" />
        <source>its field {field} cannot hold {value}</source>
        <translation>sein Feld {field} kann {value} nicht aufnehmen</translation>
    </message>
    <message>
        <location filename="../core/polygons_target.py" />
        <source>a polygon has no place in its CRS ({problem})</source>
        <translation>ein Polygon hat keinen Ort in seinem KBS ({problem})</translation>
    </message>
    <message>
        <location filename="../core/preflight.py" />
        <source>{folder} has {free} left; the map may need {needed} while it is written.</source>
        <translation>In {folder} sind noch {free} frei; beim Schreiben kann die Karte {needed} brauchen.</translation>
    </message>
    <message>
        <location filename="../gui/estimates.py" />
        <location filename="../gui/controller.py" />
        <location filename="../core/preflight.py" />
        <source>Choose the bands</source>
        <translation>Kanäle auswählen</translation>
    </message>
    <message>
        <location filename="../core/preflight.py" />
        <source>The scene has no georeference: that its pixels have {low} to {high}, as trained, cannot be seen.</source>
        <translation>Die Szene ist nicht georeferenziert: Ob ihre Pixel wie beim Training {low} bis {high} messen, ist nicht zu erkennen.</translation>
    </message>
    <message>
        <location filename="../gui/estimates.py" />
        <location filename="../gui/estimates.py" />
        <location filename="../gui/estimates.py" />
        <location filename="../core/preflight.py" />
        <source>Choose another preset</source>
        <translation>Andere Vorgabe wählen</translation>
    </message>
    <message>
        <location filename="../core/preflight.py" />
        <source>Pixels of {size} are far coarser than the {low} to {high} that this preset knows: what it looks for may not be visible.</source>
        <translation>Pixel von {size} sind weit gröber als die {low} bis {high}, die diese Vorgabe kennt: Was sie sucht, ist vielleicht nicht zu sehen.</translation>
    </message>
    <message>
        <location filename="../core/preflight.py" />
        <source>Pixels of {size} are brought to {low}, the finest that this preset knows: details are lost.</source>
        <translation>Pixel von {size} werden auf {low} gebracht, das Feinste, was diese Vorgabe kennt: Einzelheiten gehen verloren.</translation>
    </message>
    <message>
        <location filename="../core/preflight.py" />
        <source>The extent does not touch the scene.</source>
        <translation>Die Ausdehnung berührt die Szene nicht.</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../core/preflight.py" />
        <source>Take the whole scene</source>
        <translation>Ganze Szene nehmen</translation>
    </message>
    <message>
        <location filename="../gui/estimates.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../core/preflight.py" />
        <source>Choose another file</source>
        <translation>Andere Datei wählen</translation>
    </message>
    <message>
        <location filename="../core/preflight.py" />
        <source>Not every band of the preset has a band of the scene.</source>
        <translation>Nicht jedem Kanal der Vorgabe ist ein Kanal der Szene zugeordnet.</translation>
    </message>
    <message>
        <location filename="../core/preflight.py" />
        <source>One band of the scene serves as several bands of the preset.</source>
        <translation>Ein Kanal der Szene dient als mehrere Kanäle der Vorgabe.</translation>
    </message>
    <message>
        <location filename="../core/preflight.py" />
        <source>The class map has no place yet.</source>
        <translation>Die Klassenkarte hat noch keinen Speicherort.</translation>
    </message>
    <message>
        <location filename="../core/preflight.py" />
        <source>Choose a file</source>
        <translation>Datei wählen</translation>
    </message>
    <message>
        <location filename="../core/remote/courier.py" />
        <source>it keeps no files of others</source>
        <translation>dort werden keine fremden Dateien aufbewahrt</translation>
    </message>
    <message>
        <location filename="../core/remote/delivery.py" />
        <source>Fetching the map</source>
        <translation>Karte wird geholt</translation>
    </message>
    <message>
        <location filename="../core/remote/delivery.py" />
        <source>Removing what was fetched</source>
        <translation>Geholtes wird entfernt</translation>
    </message>
    <message>
        <location filename="../core/remote/destination.py" />
        <source>a class map is a GeoTIFF, so its name has to end in .tif</source>
        <translation>eine Klassenkarte ist ein GeoTIFF, ihr Name muss also auf .tif enden</translation>
    </message>
    <message>
        <location filename="../core/remote/fetching.py" />
        <source>its class map is not among the files of the job</source>
        <translation>unter den Dateien des Auftrags fehlt seine Klassenkarte</translation>
    </message>
    <message>
        <location filename="../core/remote/fetching.py" />
        <source>{name} is longer or shorter than it was said to be</source>
        <translation>{name} ist länger oder kürzer als angegeben</translation>
    </message>
    <message>
        <location filename="../core/remote/fetching.py" />
        <source>a file that no job writes: {name}</source>
        <translation>eine Datei, die kein Auftrag schreibt: {name}</translation>
    </message>
    <message>
        <location filename="../core/remote/fetching.py" />
        <source>size and hash of {name} are not understood</source>
        <translation>Größe und Prüfsumme von {name} sind unverständlich</translation>
    </message>
    <message>
        <location filename="../core/remote/freight.py" />
        <source>its files lie in several folders</source>
        <translation>die zugehörigen Dateien liegen in mehreren Ordnern</translation>
    </message>
    <message>
        <location filename="../core/remote/freight.py" />
        <source>it is no file of this machine, and no address</source>
        <translation>es ist weder eine Datei dieses Rechners noch eine Adresse</translation>
    </message>
    <message>
        <location filename="../core/remote/freight.py" />
        <source>it is a part of itself</source>
        <translation>es ist ein Teil seiner selbst</translation>
    </message>
    <message>
        <location filename="../core/remote/freight.py" />
        <source>it is too long for such a file</source>
        <translation>es ist zu lang für eine solche Datei</translation>
    </message>
    <message>
        <location filename="../core/remote/sending.py" />
        <location filename="../core/remote/sending.py" />
        <source>the size of what is there makes no sense</source>
        <translation>die Größe dessen, was dort ist, ergibt keinen Sinn</translation>
    </message>
    <message>
        <location filename="../core/remote/sending.py" />
        <source>it names no file</source>
        <translation>es wird keine Datei genannt</translation>
    </message>
    <message>
        <location filename="../core/remote/sending.py" />
        <source>it keeps {name} in another place</source>
        <translation>{name} wird dort an einem anderen Ort aufbewahrt</translation>
    </message>
    <message>
        <location filename="../core/remote/shipment.py" />
        <source>Sending the scene</source>
        <translation>Szene wird gesendet</translation>
    </message>
    <message>
        <location filename="../core/remote/shipment.py" />
        <source>Looking what has to be sent</source>
        <translation>Es wird nachgesehen, was gesendet werden muss</translation>
    </message>
    <message>
        <location filename="../core/remote/ssh.py" />
        <source>ssh ended without a word</source>
        <translation>ssh endete ohne ein Wort</translation>
    </message>
    <message>
        <location filename="../core/remote/ssh.py" />
        <source>no answer within {n} s</source>
        <translation>keine Antwort innerhalb von {n} s</translation>
    </message>
    <message>
        <location filename="../core/remote/tunnel.py" />
        <source>its connection is not understood</source>
        <translation>die Verbindungsdaten sind unverständlich</translation>
    </message>
    <message>
        <location filename="../core/remote/tunnel.py" />
        <source>its engine listens at {address}</source>
        <translation>die Engine dort lauscht an {address}</translation>
    </message>
    <message>
        <location filename="../core/sample_scene.py" />
        <source>no landscape was drawn</source>
        <translation>es wurde keine Landschaft gezeichnet</translation>
    </message>
    <message>
        <location filename="../core/scaled_scene.py" />
        <source>GDAL could not describe it</source>
        <translation>GDAL konnte es nicht beschreiben</translation>
    </message>
    <message>
        <location filename="../core/snapshot.py" />
        <source>the server sent nothing for this place</source>
        <translation>der Server hat für diesen Ort nichts geschickt</translation>
    </message>
    <message>
        <location filename="../core/snapshot.py" />
        <source>no file was written</source>
        <translation>es wurde keine Datei geschrieben</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Starting the engine</source>
        <translation>Engine wird gestartet</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Sent to the engine</source>
        <translation>An die Engine gesendet</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Waiting for its turn</source>
        <translation>Wartet, bis er an der Reihe ist</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Planning</source>
        <translation>Planen</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Reading the scene</source>
        <translation>Szene wird gelesen</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Encoding the scene</source>
        <translation>Szene wird kodiert</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Relating the whole scene</source>
        <translation>Ganze Szene wird in Beziehung gesetzt</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Drawing the map</source>
        <translation>Karte wird gezeichnet</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Writing the file</source>
        <translation>Datei wird geschrieben</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Cancelling</source>
        <translation>Wird abgebrochen</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Looking at scene and polygons</source>
        <translation>Szene und Polygone werden angesehen</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Learning</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <location filename="../core/stages.py" />
        <source>Judging</source>
        <translation>Beurteilen</translation>
    </message>
    <message>
        <location filename="../core/vector_output.py" />
        <source>GDAL could not make it</source>
        <translation>GDAL konnte es nicht anlegen</translation>
    </message>
    <message>
        <location filename="../core/vector_output.py" />
        <source>GDAL could not make a table in it</source>
        <translation>GDAL konnte darin keine Tabelle anlegen</translation>
    </message>
    <message>
        <location filename="../core/vector_output.py" />
        <source>GDAL could not write a polygon</source>
        <translation>GDAL konnte ein Polygon nicht schreiben</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_choice.py" />
        <source>Add a raster, polygons or points with the true classes to the project, or draw sample points.</source>
        <translation>Dem Projekt ein Raster, Polygone oder Punkte mit den wahren Klassen hinzufügen, oder Stichprobenpunkte ziehen.</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <location filename="../gui/accuracy_choice.py" />
        <source>Reference</source>
        <translation>Referenz</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_choice.py" />
        <source>Sampled at the centre of each pixel of the map; any grid and CRS will do.</source>
        <translation>Am Mittelpunkt jedes Pixels der Karte abgetastet; Gitter und KBS sind beliebig.</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_choice.py" />
        <source>A pixel of the map belongs to the polygon that holds its centre.</source>
        <translation>Ein Pixel der Karte gehört zu dem Polygon, in dem sein Mittelpunkt liegt.</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_choice.py" />
        <source>Taken as a random sample of each class of the map: gives estimates with confidence intervals.</source>
        <translation>Gilt als Zufallsstichprobe aus jeder Klasse der Karte: liefert Schätzungen mit Konfidenzintervallen.</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_choice.py" />
        <source>Class in the field</source>
        <translation>Klasse im Feld</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_choice.py" />
        <source>Class in the band</source>
        <translation>Klasse im Kanal</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <source>User's accuracy: of what the map calls the class, how much is it. Producer's accuracy: of what is the class, how much does the map call so.</source>
        <translation>Nutzergenauigkeit: wie viel von dem, was die Karte der Klasse zuordnet, ihr wirklich angehört. Herstellergenauigkeit: wie viel von dem, was der Klasse angehört, die Karte ihr zuordnet.</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <source>What each class of the reference is in the map. Correct it here; the figures follow.</source>
        <translation>Was jede Klasse der Referenz in der Karte ist. Hier lässt es sich berichtigen; die Zahlen folgen.</translation>
    </message>
    <message numerus="yes">
        <location filename="../gui/accuracy_dialog.py" />
        <source>%n points were drawn. Fill in their field 'reference', then compare.</source>
        <translation>
            <numerusform>%n Punkt wurde gezogen. Sein Feld „reference“ ausfüllen, dann vergleichen.</numerusform>
            <numerusform>%n Punkte wurden gezogen. Ihr Feld „reference“ ausfüllen, dann vergleichen.</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <source>Save report…</source>
        <translation>Bericht speichern…</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <source>Save report</source>
        <translation>Bericht speichern</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <location filename="../gui/accuracy_dialog.py" />
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <source>Draw sample points…</source>
        <translation>Stichprobenpunkte ziehen…</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_dialog.py" />
        <source>How right is {map}?</source>
        <translation>Wie richtig ist {map}?</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_mapping.py" />
        <source>counted as other, always wrong</source>
        <translation>als „andere“ gezählt, immer falsch</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_mapping.py" />
        <source>In the reference</source>
        <translation>In der Referenz</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_mapping.py" />
        <source>Count</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_mapping.py" />
        <source>In the map</source>
        <translation>In der Karte</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_mapping.py" />
        <source>Class of the map for {name}</source>
        <translation>Klasse der Karte für {name}</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Pixels are drawn at random within each class of the map. Fill in the field 'reference' of each point with what is there; the form offers the classes. Then choose the points as the reference.</source>
        <translation>Pixel werden innerhalb jeder Klasse der Karte zufällig gezogen. In das Feld „reference“ jedes Punkts eintragen, was dort ist; das Formular bietet die Klassen an. Danach die Punkte als Referenz wählen.</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Tells the overall accuracy to about ± {margin}, if nine of ten are right.</source>
        <translation>Gesamtgenauigkeit auf etwa ± {margin}, wenn neun von zehn stimmen.</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>by area, with a minimum</source>
        <translation>nach Fläche, mit einem Minimum</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>as many for each class</source>
        <translation>gleich viele je Klasse</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>by area</source>
        <translation>nach Fläche</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Write the class of the map too</source>
        <translation>Auch die Klasse der Karte schreiben</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Whoever sees what the map says may follow it: better leave it hidden</source>
        <translation>Wer sieht, was die Karte sagt, folgt ihr leicht: besser verbergen</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Draw</source>
        <comment>sample points</comment>
        <translation>Ziehen</translation>
    </message>
    <message>
        <location filename="../processing/sample_points.py" />
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Points</source>
        <translation>Punkte</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Shared out</source>
        <translation>Verteilung</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Minimum of each class</source>
        <translation>Minimum je Klasse</translation>
    </message>
    <message>
        <location filename="../processing/sample_points.py" />
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>GeoPackage</source>
        <translation>GeoPackage</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_sample_dialog.py" />
        <location filename="../gui/accuracy_sample_dialog.py" />
        <source>Draw sample points from {map}</source>
        <translation>Stichprobenpunkte aus {map} ziehen</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <source>compared</source>
        <translation>verglichen</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <source>Accuracy of each class</source>
        <translation>Genauigkeit jeder Klasse</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <source>User's accuracy</source>
        <translation>Nutzergenauigkeit</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <source>Producer's accuracy</source>
        <translation>Herstellergenauigkeit</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <source>In the map, {unit}</source>
        <translation>In der Karte, {unit}</translation>
    </message>
    <message>
        <location filename="../gui/accuracy_view.py" />
        <source>Estimated, {unit}</source>
        <translation>Geschätzt, {unit}</translation>
    </message>
    <message>
        <location filename="../gui/attention_bar.py" />
        <source>Stage of the encoder</source>
        <translation>Stufe des Encoders</translation>
    </message>
    <message>
        <location filename="../gui/attention_bar.py" />
        <source>Later stages see larger things, at a coarser resolution</source>
        <translation>Spätere Stufen sehen größere Dinge, in gröberer Auflösung</translation>
    </message>
    <message>
        <location filename="../gui/attention_bar.py" />
        <source>Head of the attention</source>
        <translation>Kopf der Aufmerksamkeit</translation>
    </message>
    <message>
        <location filename="../gui/attention_bar.py" />
        <source>Each head looks for something else; the mean shows what they have in common</source>
        <translation>Jeder Kopf sucht nach etwas anderem; der Mittelwert zeigt, was sie gemeinsam haben</translation>
    </message>
    <message>
        <location filename="../gui/attention_bar.py" />
        <source>Stage {n} (1/{scale} of the resolution)</source>
        <translation>Stufe {n} (1/{scale} der Auflösung)</translation>
    </message>
    <message>
        <location filename="../gui/attention_bar.py" />
        <source>Head {n}</source>
        <translation>Kopf {n}</translation>
    </message>
    <message>
        <location filename="../gui/attention_bar.py" />
        <source>Mean of {n} heads</source>
        <translation>Mittelwert aus {n} Köpfen</translation>
    </message>
    <message>
        <location filename="../gui/attention_desk.py" />
        <source>Attention of {x}, {y}</source>
        <translation>Aufmerksamkeit von {x}, {y}</translation>
    </message>
    <message>
        <location filename="../gui/attention_desk.py" />
        <source>{attention} (up to {n} times the average)</source>
        <translation>{attention} (bis zum {n}-Fachen des Durchschnitts)</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <location filename="../processing/finetune.py" />
        <location filename="../gui/preset_card.py" />
        <location filename="../gui/band_mapping.py" />
        <source>Bands</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <location filename="../gui/band_mapping.py" />
        <source>{n} bands</source>
        <translation>{n} Kanäle</translation>
    </message>
    <message>
        <location filename="../gui/choices.py" />
        <source>Add a raster layer to the project first</source>
        <translation>Zuerst dem Projekt einen Rasterlayer hinzufügen</translation>
    </message>
    <message>
        <location filename="../gui/choices.py" />
        <source>Name a file: the scene's folder cannot be written to</source>
        <translation>Eine Datei nennen: In den Ordner der Szene kann nicht geschrieben werden</translation>
    </message>
    <message>
        <location filename="../gui/choices.py" />
        <source>The presets come from the engine, which is not running yet</source>
        <translation>Die Vorgaben kommen von der Engine, die noch nicht läuft</translation>
    </message>
    <message>
        <location filename="../gui/result_view.py" />
        <location filename="../gui/class_chips.py" />
        <source>and {n} more</source>
        <translation>und {n} weitere</translation>
    </message>
    <message>
        <location filename="../gui/colour_dialog.py" />
        <source>A preset of your own, with the classes and the weights of this one: its maps are the same in other colours.</source>
        <translation>Eine eigene Vorgabe mit den Klassen und den Gewichten von dieser: Ihre Karten sind dieselben in anderen Farben.</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <location filename="../gui/colour_dialog.py" />
        <source>Letters, digits, '.', '_' and '-'</source>
        <translation>Buchstaben, Ziffern, „.“, „_“ und „-“</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <location filename="../gui/colour_dialog.py" />
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <location filename="../gui/colour_dialog.py" />
        <source>Title in the list</source>
        <translation>Titel in der Liste</translation>
    </message>
    <message>
        <location filename="../gui/colour_dialog.py" />
        <source>The name has to be of letters, digits, '.', '_' and '-'</source>
        <translation>Der Name muss aus Buchstaben, Ziffern, „.“, „_“ und „-“ bestehen</translation>
    </message>
    <message>
        <location filename="../gui/colour_dialog.py" />
        <source>There is a preset of that name already</source>
        <translation>Eine Vorgabe dieses Namens gibt es schon</translation>
    </message>
    <message>
        <location filename="../gui/colour_dialog.py" />
        <source>Colours for {preset}</source>
        <translation>Farben für {preset}</translation>
    </message>
    <message>
        <location filename="../gui/colour_dialog.py" />
        <source>{preset}, my colours</source>
        <translation>{preset}, eigene Farben</translation>
    </message>
    <message>
        <location filename="../gui/colour_dialog.py" />
        <source>Saving {preset}…</source>
        <translation>{preset} wird gespeichert…</translation>
    </message>
    <message>
        <location filename="../gui/colour_dialog.py" />
        <source>Change a colour first</source>
        <translation>Zuerst eine Farbe ändern</translation>
    </message>
    <message>
        <location filename="../gui/colour_dialog.py" />
        <location filename="../gui/colour_dialog.py" />
        <source>Colour of {name}</source>
        <translation>Farbe von {name}</translation>
    </message>
    <message>
        <location filename="../gui/snapshot_desk.py" />
        <location filename="../gui/controller.py" />
        <source>Save a snapshot</source>
        <translation>Kartenausschnitt speichern</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>Replace the file</source>
        <translation>Datei ersetzen</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <location filename="../gui/controller.py" />
        <source>Install the engine</source>
        <translation>Engine installieren</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <location filename="../gui/controller.py" />
        <source>Start the engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>End the engine that runs</source>
        <translation>Laufende Engine beenden</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <source>Where the engine runs…</source>
        <translation>Wo die Engine läuft…</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <source>Compute it in float32</source>
        <translation>In float32 rechnen</translation>
    </message>
    <message>
        <location filename="../gui/estimates.py" />
        <location filename="../gui/controller.py" />
        <location filename="../gui/controller.py" />
        <source>Take an area as the scene</source>
        <translation>Ein Gebiet als Szene nehmen</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>Start it again</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>The running engine finishes its jobs first; then the chosen one is started.</source>
        <translation>Die laufende Engine erledigt zuerst ihre Aufträge; dann wird die gewählte gestartet.</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>{job}: also written: {files}</source>
        <translation>{job}: außerdem geschrieben: {files}</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>{path} shows the scene with its values scaled. It is the scene now.</source>
        <translation>{path} zeigt die Szene mit skalierten Werten. Das ist jetzt die Szene.</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>sample landscape</source>
        <translation>Beispiellandschaft</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>Save the areas</source>
        <translation>Flächen speichern</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>Table (*.csv)</source>
        <translation>Tabelle (*.csv)</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>Fetching the snapshot from the server…</source>
        <translation>Der Kartenausschnitt wird vom Server geholt…</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>This is in the list of jobs already.</source>
        <translation>Das steht schon in der Liste der Aufträge.</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>The finished part is in {path}. The rest of it is nodata.</source>
        <translation>Der fertige Teil ist in {path}. Der Rest darin ist NoData.</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>Drawing the sample scene…</source>
        <translation>Beispielszene wird gezeichnet…</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <location filename="../gui/controller.py" />
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>The snapshot is in {path}. It is the scene now.</source>
        <translation>Der Kartenausschnitt ist in {path}. Er ist jetzt die Szene.</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>{job}: written to {path}</source>
        <translation>{job}: nach {path} geschrieben</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>Show it on the map</source>
        <translation>Auf der Karte zeigen</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>{layer} (snapshot)</source>
        <translation>{layer} (Kartenausschnitt)</translation>
    </message>
    <message>
        <location filename="../gui/controller.py" />
        <source>For {n} % of it the server sent nothing.</source>
        <translation>Für {n} % davon hat der Server nichts geschickt.</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Take the last correction back</source>
        <translation>Die letzte Korrektur zurücknehmen</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Bring back the correction that was taken back</source>
        <translation>Die zurückgenommene Korrektur wiederherstellen</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Class that is right</source>
        <translation>Richtige Klasse</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Set class</source>
        <translation>Klasse setzen</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Give what is selected in the map this class (Enter in the map)</source>
        <translation>Der Auswahl in der Karte diese Klasse geben (Eingabetaste in der Karte)</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Patches</source>
        <translation>Flächen</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Click the patches that are wrong; with Shift one more, or one less</source>
        <translation>Falsche Teilflächen anklicken; mit Umschalt eine mehr oder eine weniger</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Draw</source>
        <translation>Zeichnen</translation>
    </message>
    <message>
        <location filename="../gui/corrections_bar.py" />
        <source>Draw a polygon: click its corners, end it with a right click</source>
        <translation>Ein Polygon zeichnen: die Ecken anklicken, mit Rechtsklick beenden</translation>
    </message>
    <message>
        <location filename="../gui/corrections_desk.py" />
        <source>Click a patch that is wrong; with Shift one more.</source>
        <translation>Eine falsche Teilfläche anklicken; mit Umschalt eine weitere.</translation>
    </message>
    <message>
        <location filename="../gui/corrections_desk.py" />
        <source>A polygon is drawn: choose the class that is right.</source>
        <translation>Ein Polygon ist gezeichnet: die richtige Klasse wählen.</translation>
    </message>
    <message numerus="yes">
        <location filename="../gui/corrections_desk.py" />
        <source>%n patches selected{area}: choose the class that is right.</source>
        <translation>
            <numerusform>%n Teilfläche ausgewählt{area}: die richtige Klasse wählen.</numerusform>
            <numerusform>%n Teilflächen ausgewählt{area}: die richtige Klasse wählen.</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../gui/corrections_desk.py" />
        <source>Click the corners of a polygon; a right click ends it.</source>
        <translation>Die Ecken eines Polygons anklicken; ein Rechtsklick beendet es.</translation>
    </message>
    <message>
        <location filename="../gui/corrections_desk.py" />
        <source>{map} (corrections)</source>
        <translation>{map} (Korrekturen)</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>{host} is out of reach; trying again in {n} s</source>
        <translation>{host} ist nicht erreichbar; neuer Versuch in {n} s</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>Stop the engine</source>
        <translation>Engine beenden</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>Install the engine here…</source>
        <translation>Engine hier installieren…</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>Choose the engine's Python…</source>
        <translation>Python der Engine wählen…</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>Report for somebody who helps…</source>
        <translation>Bericht für Helfende…</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>Engine settings</source>
        <translation>Einstellungen der Engine</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>GPU unused</source>
        <translation>GPU ungenutzt</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <location filename="../gui/engine_line.py" />
        <source>Engine {v}</source>
        <translation>Engine {v}</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>Engine not running</source>
        <translation>Engine läuft nicht</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <location filename="../gui/engine_line.py" />
        <source>Starting the engine…</source>
        <translation>Engine wird gestartet…</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>Connection to the engine lost</source>
        <translation>Verbindung zur Engine verloren</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>Engine {v} on {host}</source>
        <translation>Engine {v} auf {host}</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <location filename="../gui/engine_line.py" />
        <source>Connecting to {host}…</source>
        <translation>Verbindung mit {host} wird aufgebaut…</translation>
    </message>
    <message>
        <location filename="../gui/engine_line.py" />
        <source>{size} free</source>
        <translation>{size} frei</translation>
    </message>
    <message>
        <location filename="../gui/engine_link.py" />
        <source>Python of the engine, for example .venv/bin/python in the WholeScene folder</source>
        <translation>Python der Engine, zum Beispiel .venv/bin/python im WholeScene-Ordner</translation>
    </message>
    <message>
        <location filename="../gui/estimates.py" />
        <location filename="../gui/estimates.py" />
        <location filename="../gui/estimates.py" />
        <source>Check the bands</source>
        <translation>Kanäle prüfen</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <location filename="../gui/extent_choice.py" />
        <source>Extent of the output</source>
        <translation>Ausdehnung der Ausgabe</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Whole scene</source>
        <translation>Ganze Szene</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Visible map</source>
        <translation>Sichtbare Karte</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Drawn or typed</source>
        <translation>Gezeichnet oder eingegeben</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Of a layer, or of what is selected in it</source>
        <translation>Eines Layers oder seiner Auswahl</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Inside polygons of a layer</source>
        <translation>Innerhalb der Polygone eines Layers</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Layer whose extent is taken</source>
        <translation>Layer, dessen Ausdehnung genommen wird</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Layer of the polygons</source>
        <translation>Layer der Polygone</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Compute this area alone, as if nothing lay around it</source>
        <translation>Nur dieses Gebiet berechnen, als läge nichts darum herum</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Treat this area as the scene</source>
        <translation>Dieses Gebiet als Szene behandeln</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>Only this area is computed. Its pixels see nothing around it, so the answer may differ.</source>
        <translation>Nur dieses Gebiet wird berechnet. Seine Pixel sehen nichts von der Umgebung, das Ergebnis kann daher abweichen.</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>The polygons limit the output, not the answer. Outside of them the map is nodata.</source>
        <translation>Die Polygone begrenzen die Ausgabe, nicht das Ergebnis. Außerhalb von ihnen ist die Karte NoData.</translation>
    </message>
    <message>
        <location filename="../gui/extent_choice.py" />
        <source>The extent limits the output, not the answer.</source>
        <translation>Die Ausdehnung begrenzt die Ausgabe, nicht das Ergebnis.</translation>
    </message>
    <message numerus="yes">
        <location filename="../gui/file_runs.py" />
        <source>Run each of its %n files on its own</source>
        <translation>
            <numerusform>Ihre %n Datei für sich berechnen</numerusform>
            <numerusform>Jede ihrer %n Dateien für sich berechnen</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../gui/help_view.py" />
        <source>user-guide.md</source>
        <translation>user-guide.de.md</translation>
    </message>
    <message>
        <location filename="../gui/help_view.py" />
        <source>WholeScene: user guide</source>
        <translation>WholeScene: Benutzerhandbuch</translation>
    </message>
    <message>
        <location filename="../gui/help_view.py" />
        <source>User guide</source>
        <translation>Benutzerhandbuch</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Take a bundle file</source>
        <translation>Bundle-Datei nehmen</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Repair it</source>
        <translation>Reparieren</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Take the internet as the source</source>
        <translation>Internet als Quelle nehmen</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>The engine is a program of its own that computes the maps. It gets a private Python environment in the folder below; nothing is put into QGIS's Python or into this profile.</source>
        <translation>Die Engine ist ein eigenes Programm, das die Karten berechnet. Sie bekommt eine eigene Python-Umgebung im Ordner unten; in das Python von QGIS und in dieses Profil kommt nichts.</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Looks what does not hold, and does that again. Then the engine is stopped first, with its jobs.</source>
        <translation>Sieht nach, was nicht stimmt, und macht das neu. Die Engine wird dann vorher angehalten, mit ihren Aufträgen.</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Remove WholeScene {release} ({build}) and all that is in {folder}? It is stopped first, with its jobs. Maps and presets stay.</source>
        <translation>WholeScene {release} ({build}) und alles in {folder} entfernen? Die Engine wird vorher angehalten, mit ihren Aufträgen. Karten und Vorgaben bleiben.</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Install the WholeScene engine</source>
        <translation>WholeScene-Engine installieren</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Install</source>
        <translation>Installieren</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Cancel the installation</source>
        <translation>Installation abbrechen</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Repair the engine</source>
        <translation>Engine reparieren</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>The engine is installed and works. The panel starts it now.</source>
        <translation>Die Engine ist installiert und funktioniert. Das Bedienfeld startet sie jetzt.</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>The engine was removed.</source>
        <translation>Die Engine wurde entfernt.</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Cancelled. What was downloaded is kept: Install goes on where it stopped.</source>
        <translation>Abgebrochen. Was heruntergeladen wurde, bleibt: „Installieren“ macht weiter, wo es anhielt.</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Remove it</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <location filename="../gui/install_dialog.py" />
        <source>Remove the engine</source>
        <translation>Engine entfernen</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>No NVIDIA card was found: processors compute.</source>
        <translation>Keine NVIDIA-Karte gefunden: Es rechnen Prozessoren.</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Address of the package index</source>
        <translation>Adresse des Paketindex</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Bundles of WholeScene (*.zip *.wholescene);;All files (*)</source>
        <translation>Bundles von WholeScene (*.zip *.wholescene);;Alle Dateien (*)</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <location filename="../gui/install_form.py" />
        <source>Bundle file</source>
        <translation>Bundle-Datei</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <location filename="../gui/install_form.py" />
        <source>Looking for Pythons…</source>
        <translation>Python wird gesucht…</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>No suitable Python was found on this computer.</source>
        <translation>Auf diesem Rechner wurde kein geeignetes Python gefunden.</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>A file that another computer made with a network.</source>
        <translation>Eine Datei, die ein anderer Rechner mit Netzwerk erstellt hat.</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Packages from</source>
        <translation>Paketquelle</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>PyTorch</source>
        <translation>PyTorch</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>On the Python</source>
        <translation>Mit dem Python</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Into</source>
        <translation>In den Ordner</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Look for Pythons</source>
        <translation>Python suchen</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>The bundle is made for Python {version}, which was not found on this computer.</source>
        <translation>Das Bundle ist für Python {version} gemacht, das auf diesem Rechner nicht gefunden wurde.</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Look into the bundle</source>
        <translation>Bundle ansehen</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>{folder} ({size} free)</source>
        <translation>{folder} ({size} frei)</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>{card} was found: with the CUDA build it computes.</source>
        <translation>{card} gefunden: Mit dem CUDA-Build rechnet sie.</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Python {version} of its own, downloaded (about 30 MB)</source>
        <translation>Eigenes Python {version}, wird heruntergeladen (etwa 30 MB)</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>WholeScene {release} for {platform}, build {build}, {size}</source>
        <translation>WholeScene {release} für {platform}, Build {build}, {size}</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Python {version}, from the bundle</source>
        <translation>Python {version}, aus dem Bundle</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Not taken: {path}: {reason}</source>
        <translation>Nicht genommen: {path}: {reason}</translation>
    </message>
    <message>
        <location filename="../gui/install_form.py" />
        <source>Python {version} ({path})</source>
        <translation>Python {version} ({path})</translation>
    </message>
    <message>
        <location filename="../gui/install_list.py" />
        <source>WholeScene {release} ({build}) is installed in {folder}, but not in use.</source>
        <translation>WholeScene {release} ({build}) ist in {folder} installiert, wird aber nicht verwendet.</translation>
    </message>
    <message>
        <location filename="../gui/run_removal.py" />
        <location filename="../gui/remote_paths.py" />
        <location filename="../gui/install_list.py" />
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <location filename="../gui/install_list.py" />
        <source>WholeScene {release} ({build}): begun, not finished. Install goes on where it stopped.</source>
        <translation>WholeScene {release} ({build}): begonnen, nicht abgeschlossen. „Installieren“ macht weiter, wo es anhielt.</translation>
    </message>
    <message>
        <location filename="../gui/install_list.py" />
        <source>WholeScene {release} ({build}) is installed in {folder}.</source>
        <translation>WholeScene {release} ({build}) ist in {folder} installiert.</translation>
    </message>
    <message>
        <location filename="../gui/install_list.py" />
        <source>Repair</source>
        <translation>Reparieren</translation>
    </message>
    <message>
        <location filename="../gui/install_stages.py" />
        <source>Progress of the installation</source>
        <translation>Fortschritt der Installation</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <location filename="../gui/install_stages.py" />
        <location filename="../gui/install_stages.py" />
        <source>done</source>
        <translation>erledigt</translation>
    </message>
    <message>
        <location filename="../gui/install_stages.py" />
        <source>stopped</source>
        <translation>stehen geblieben</translation>
    </message>
    <message>
        <location filename="../gui/install_stages.py" />
        <source>going on</source>
        <translation>läuft</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>Python</source>
        <translation>Python</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>An environment of its own</source>
        <translation>Eigene Umgebung</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>Which packages</source>
        <translation>Welche Pakete</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>Download</source>
        <translation>Herunterladen</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>Install the packages</source>
        <translation>Pakete installieren</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>Check the engine</source>
        <translation>Engine prüfen</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>Register it for this panel</source>
        <translation>Für dieses Bedienfeld eintragen</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>The internet (PyPI, pytorch.org)</source>
        <translation>Internet (PyPI, pytorch.org)</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>As pip is configured on this computer</source>
        <translation>Wie pip auf diesem Rechner eingestellt ist</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>Another package index</source>
        <translation>Anderer Paketindex</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>A bundle file, without a network</source>
        <translation>Bundle-Datei, ohne Netzwerk</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>CUDA (NVIDIA GPU): about {download} to download, {disk} on the disk</source>
        <translation>CUDA (NVIDIA-GPU): etwa {download} herunterzuladen, {disk} auf dem Laufwerk</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>CPU: about {download} to download, {disk} on the disk</source>
        <translation>CPU: etwa {download} herunterzuladen, {disk} auf dem Laufwerk</translation>
    </message>
    <message>
        <location filename="../gui/install_words.py" />
        <source>{n} of {total} packages</source>
        <translation>{n} von {total} Paketen</translation>
    </message>
    <message>
        <location filename="../gui/job_desk.py" />
        <source>Keep the part of {job}</source>
        <translation>Den Teil von {job} behalten</translation>
    </message>
    <message>
        <location filename="../gui/job_desk.py" />
        <source>{job} (partial, {n} %)</source>
        <translation>{job} (unvollständig, {n} %)</translation>
    </message>
    <message>
        <location filename="../gui/job_list.py" />
        <source>Cancel all</source>
        <translation>Alle abbrechen</translation>
    </message>
    <message numerus="yes">
        <location filename="../gui/job_list.py" />
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Write the finished blocks to a file of their own, *_partial.tif</source>
        <translation>Die fertigen Blöcke in eine eigene Datei schreiben, *_partial.tif</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Writing the part…</source>
        <translation>Teil wird geschrieben…</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Fetch again</source>
        <translation>Erneut holen</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Keep this part</source>
        <translation>Diesen Teil behalten</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Progress of {job}</source>
        <translation>Fortschritt von {job}</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Cancel {job}</source>
        <translation>{job} abbrechen</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Fetch the map of {job} again</source>
        <translation>Die Karte von {job} erneut holen</translation>
    </message>
    <message>
        <location filename="../gui/job_row.py" />
        <source>Send the scene of {job}</source>
        <translation>Szene von {job} senden</translation>
    </message>
    <message numerus="yes">
        <location filename="../gui/job_words.py" />
        <source>Waiting for %n other jobs…</source>
        <translation>
            <numerusform>Wartet auf %n anderen Auftrag…</numerusform>
            <numerusform>Wartet auf %n andere Aufträge…</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Waiting until another scene is sent…</source>
        <translation>Wartet, bis eine andere Szene gesendet ist…</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>The whole scene is read first; then the map grows.</source>
        <translation>Zuerst wird die ganze Szene gelesen; dann wächst die Karte.</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>All of the map is there</source>
        <translation>Die Karte ist vollständig da</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Fetching the map…</source>
        <translation>Karte wird geholt…</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Sent to the engine…</source>
        <translation>An die Engine gesendet…</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Waiting for its turn…</source>
        <translation>Wartet, bis er an der Reihe ist…</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Cancelling…</source>
        <translation>Wird abgebrochen…</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Looking for the engine that has it…</source>
        <translation>Die Engine, die ihn hat, wird gesucht…</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Finished</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Stopped by an error</source>
        <translation>Durch einen Fehler beendet</translation>
    </message>
    <message>
        <location filename="../processing/algorithm.py" />
        <location filename="../gui/job_words.py" />
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Looking what {host} has of the scene…</source>
        <translation>Es wird nachgesehen, was {host} von der Szene hat…</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>{amount} in about {n} min</source>
        <translation>{amount} in etwa {n} min</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>That assumes 10 Mbit/s: nothing has been sent there yet.</source>
        <translation>Angenommen sind 10 Mbit/s: Dorthin wurde noch nichts gesendet.</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Send {amount}</source>
        <translation>{amount} senden</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Reading the whole scene; first blocks in about {n} min</source>
        <translation>Die ganze Szene wird gelesen; erste Blöcke in etwa {n} min</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>{n} % of the map is there, the rest is nodata</source>
        <translation>{n} % der Karte sind da, der Rest ist NoData</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>{n} pixels/s</source>
        <translation>{n} Pixel/s</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>On {host}, which is not connected</source>
        <translation>Auf {host}, ohne Verbindung dorthin</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>The finished map waits on {host}</source>
        <translation>Die fertige Karte wartet auf {host}</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>The scene has to be sent to {host} first</source>
        <translation>Die Szene muss zuerst an {host} gesendet werden</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Sending the scene, {done} of {total}</source>
        <translation>Szene wird gesendet, {done} von {total}</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>Reading the whole scene; first blocks in about {n} s</source>
        <translation>Die ganze Szene wird gelesen; erste Blöcke in etwa {n} s</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>takes about {amount}</source>
        <translation>braucht etwa {amount}</translation>
    </message>
    <message>
        <location filename="../gui/job_words.py" />
        <source>{n} million pixels/s</source>
        <translation>{n} Mio. Pixel/s</translation>
    </message>
    <message>
        <location filename="../gui/model_desk.py" />
        <source>There, in a terminal: wholescene presets recolour {preset} --as NEW --colour CLASS=#RRGGBB</source>
        <translation>Dort in einem Terminal: wholescene presets recolour {preset} --as NEU --colour KLASSE=#RRGGBB</translation>
    </message>
    <message>
        <location filename="../gui/model_desk.py" />
        <source>The engine runs on another machine, and presets are added on that machine.</source>
        <translation>Die Engine läuft auf einem anderen Rechner, und Vorgaben werden auf jenem Rechner hinzugefügt.</translation>
    </message>
    <message>
        <location filename="../gui/model_desk.py" />
        <source>There, in a terminal: wholescene import FILE --as NAME</source>
        <translation>Dort in einem Terminal: wholescene import DATEI --as NAME</translation>
    </message>
    <message>
        <location filename="../gui/model_dialog.py" />
        <source>Add a model</source>
        <translation>Modell hinzufügen</translation>
    </message>
    <message>
        <location filename="../gui/model_dialog.py" />
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <location filename="../gui/model_dialog.py" />
        <location filename="../gui/model_dialog.py" />
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <location filename="../gui/model_dialog.py" />
        <source>Looking at {file}…</source>
        <translation>{file} wird angesehen…</translation>
    </message>
    <message>
        <location filename="../gui/model_dialog.py" />
        <source>Adding {file}…</source>
        <translation>{file} wird hinzugefügt…</translation>
    </message>
    <message>
        <location filename="../gui/model_dialog.py" />
        <source>Add the model</source>
        <translation>Modell hinzufügen</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Weights of a network that is known (.pth, .bin, .safetensors), an ONNX model, or a preset that somebody made: its folder, or a ZIP of it. Nothing in the file is run to look at it.</source>
        <translation>Gewichte eines bekannten Netzes (.pth, .bin, .safetensors), ein ONNX-Modell oder eine Vorgabe, die jemand erstellt hat: ihr Ordner oder ein ZIP davon. Beim Ansehen wird nichts in der Datei ausgeführt.</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>It forbids commercial use. The preset is marked so, and so are the maps that it makes.</source>
        <translation>Sie verbietet die kommerzielle Nutzung. Die Vorgabe wird so gekennzeichnet, ebenso die Karten, die sie erzeugt.</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>not told</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>File or folder of the model</source>
        <translation>Datei oder Ordner des Modells</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Model to add</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Folder of a preset</source>
        <translation>Ordner einer Vorgabe</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Built on</source>
        <translation>Grundlage</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Heads of SPIM</source>
        <translation>Köpfe von SPIM</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Side of its cells, pixels</source>
        <translation>Seitenlänge seiner Zellen, Pixel</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Side of its windows, pixels</source>
        <translation>Seitenlänge seiner Fenster, Pixel</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>It gives</source>
        <translation>Es liefert</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>The preset whose classes, bands, scaling and ground resolution the model was made for</source>
        <translation>Die Vorgabe, für deren Klassen, Kanäle, Skalierung und Bodenauflösung das Modell gemacht wurde</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Text of the licence</source>
        <translation>Text der Lizenz</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>SPDX identifier, such as MIT or CC-BY-NC-4.0; empty: as told above</source>
        <translation>SPDX-Kennung, zum Beispiel MIT oder CC-BY-NC-4.0; leer: wie oben angegeben</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>I may use the weights under this licence</source>
        <translation>Ich darf die Gewichte unter dieser Lizenz nutzen</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>You know it to be</source>
        <translation>Bekannt ist sie als</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>They fit no preset that is here. {problem}</source>
        <translation>Sie passen zu keiner Vorgabe, die hier ist. {problem}</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Nothing here says which licence the weights have: read what their authors say.</source>
        <translation>Welche Lizenz die Gewichte haben, steht hier nirgends: nachlesen, was ihre Autoren sagen.</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>File…</source>
        <translation>Datei…</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Folder…</source>
        <translation>Ordner…</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>logits</source>
        <translation>Logits</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>probabilities</source>
        <translation>Wahrscheinlichkeiten</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>nothing: the file says all of it</source>
        <translation>keine: Die Datei sagt alles selbst</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>The preset keeps which licence was accepted and on which day, not by whom.</source>
        <translation>Die Vorgabe hält fest, welche Lizenz an welchem Tag angenommen wurde, nicht von wem.</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>An ONNX model, which runs window by window; its edges may show in the map.</source>
        <translation>Ein ONNX-Modell, das Fenster für Fenster läuft; deren Kanten können in der Karte zu sehen sein.</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>A preset: {title}</source>
        <translation>Eine Vorgabe: {title}</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>They make no preset, but a training can begin with them: wholescene import FILE --encoder-to NAME.</source>
        <translation>Sie ergeben keine Vorgabe, aber ein Training kann mit ihnen beginnen: wholescene import DATEI --encoder-to NAME.</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Weights of a network that is not known here.</source>
        <translation>Gewichte eines Netzes, das hier nicht bekannt ist.</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Classes: {names}</source>
        <translation>Klassen: {names}</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Weights of an encoder alone: {parts}.</source>
        <translation>Gewichte nur eines Encoders: {parts}.</translation>
    </message>
    <message>
        <location filename="../gui/model_pages.py" />
        <source>Weights: {parts}.</source>
        <translation>Gewichte: {parts}.</translation>
    </message>
    <message>
        <location filename="../gui/notice.py" />
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <location filename="../gui/output_choice.py" />
        <source>GeoTIFF (*.tif)</source>
        <translation>GeoTIFF (*.tif)</translation>
    </message>
    <message>
        <location filename="../gui/output_choice.py" />
        <source>Write the class map to</source>
        <translation>Klassenkarte schreiben nach</translation>
    </message>
    <message>
        <location filename="../gui/output_choice.py" />
        <location filename="../gui/output_choice.py" />
        <source>Beside the scene, numbered</source>
        <translation>Neben der Szene, nummeriert</translation>
    </message>
    <message>
        <location filename="../gui/output_choice.py" />
        <source>File of the class map</source>
        <translation>Datei der Klassenkarte</translation>
    </message>
    <message>
        <location filename="../gui/output_choice.py" />
        <source>Score</source>
        <translation>Score</translation>
    </message>
    <message>
        <location filename="../gui/output_choice.py" />
        <source>A second band says in percent how the network scored its choice. It is no probability of being right.</source>
        <translation>Ein zweiter Kanal sagt in Prozent, wie das Netz seine Wahl bewertet. Das ist keine Wahrscheinlichkeit, richtigzuliegen.</translation>
    </message>
    <message>
        <location filename="../gui/output_choice.py" />
        <source>When the map is done, its patches as a layer of polygons (GeoPackage)</source>
        <translation>Wenn die Karte fertig ist, ihre Teilflächen als Polygonlayer (GeoPackage)</translation>
    </message>
    <message>
        <location filename="../gui/output_choice.py" />
        <source>When the map is done, the area of each class as a table (CSV)</source>
        <translation>Wenn die Karte fertig ist, die Fläche jeder Klasse als Tabelle (CSV)</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <location filename="../processing/finetune.py" />
        <location filename="../gui/output_choice.py" />
        <source>Polygons</source>
        <translation>Polygone</translation>
    </message>
    <message>
        <location filename="../gui/output_choice.py" />
        <source>Area table</source>
        <translation>Flächentabelle</translation>
    </message>
    <message>
        <location filename="../gui/panel.py" />
        <source>The project has no raster layer yet: draw a landscape and add it</source>
        <translation>Das Projekt hat noch keinen Rasterlayer: eine Landschaft zeichnen und hinzufügen</translation>
    </message>
    <message>
        <location filename="../gui/panel.py" />
        <source>Segment Layer</source>
        <translation>Layer segmentieren</translation>
    </message>
    <message>
        <location filename="../gui/panel.py" />
        <source>Try it on a sample scene</source>
        <translation>Mit einer Beispielszene ausprobieren</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <location filename="../processing/finetune.py" />
        <location filename="../gui/panel.py" />
        <source>Scene</source>
        <translation>Szene</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <location filename="../gui/preset_box.py" />
        <location filename="../gui/panel.py" />
        <source>Preset</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <location filename="../gui/panel.py" />
        <source>Extent</source>
        <translation>Ausdehnung</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <location filename="../processing/sample_points.py" />
        <location filename="../processing/polygons.py" />
        <location filename="../processing/mapping_unit.py" />
        <location filename="../processing/class_areas.py" />
        <location filename="../processing/accuracy.py" />
        <location filename="../gui/panel.py" />
        <source>Class map</source>
        <translation>Klassenkarte</translation>
    </message>
    <message numerus="yes">
        <location filename="../gui/patch_line.py" />
        <source>{n} pixels</source>
        <translation>
            <numerusform>{n} Pixel</numerusform>
            <numerusform>{n} Pixel</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../gui/patch_line.py" />
        <source>score {n} %</source>
        <translation>Score {n} %</translation>
    </message>
    <message>
        <location filename="../gui/patch_line.py" />
        <source>more than {amount}</source>
        <translation>mehr als {amount}</translation>
    </message>
    <message>
        <location filename="../gui/patch_reader.py" />
        <source>Read the class map</source>
        <translation>Klassenkarte lesen</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>writes {size}, at most {bytes}</source>
        <translation>schreibt {size}, höchstens {bytes}</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>Computes and writes {size} pixels, at most {bytes}.</source>
        <translation>Berechnet und schreibt {size} Pixel, höchstens {bytes}.</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>writes {size}, {n} of them inside the polygons, at most {bytes}</source>
        <translation>schreibt {size}, davon {n} innerhalb der Polygone, höchstens {bytes}</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>a few seconds</source>
        <translation>einige Sekunden</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>Computes {size} pixels</source>
        <translation>Berechnet {size} Pixel</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>{whole}, first blocks after {first}</source>
        <translation>{whole}, erste Blöcke nach {first}</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>about {n} h</source>
        <translation>etwa {n} h</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>, resampled from {size}</source>
        <translation>, umgerechnet aus {size}</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>at most {size} of memory</source>
        <translation>höchstens {size} Speicher</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>about {n} s</source>
        <translation>etwa {n} s</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>about {n} min</source>
        <translation>etwa {n} min</translation>
    </message>
    <message>
        <location filename="../gui/preflight_card.py" />
        <source>, {size} free</source>
        <translation>, {size} frei</translation>
    </message>
    <message>
        <location filename="../gui/preset_box.py" />
        <source>Add a model…</source>
        <translation>Modell hinzufügen…</translation>
    </message>
    <message>
        <location filename="../gui/preset_box.py" />
        <source>About</source>
        <translation>Über</translation>
    </message>
    <message>
        <location filename="../gui/preset_box.py" />
        <source>{title} (needs weights)</source>
        <translation>{title} (braucht Gewichte)</translation>
    </message>
    <message>
        <location filename="../gui/preset_box.py" />
        <source>{title} · non-commercial</source>
        <translation>{title} · nicht kommerziell</translation>
    </message>
    <message>
        <location filename="../gui/preset_box.py" />
        <source>Needs weights ({n})…</source>
        <translation>Braucht Gewichte ({n})…</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>The licence of its weights forbids commercial use.</source>
        <translation>Die Lizenz ihrer Gewichte verbietet die kommerzielle Nutzung.</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>It is run window by window, each without the rest of the scene: their edges may show in the map.</source>
        <translation>Sie läuft Fenster für Fenster, jedes ohne den Rest der Szene: Deren Kanten können in der Karte zu sehen sein.</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Colours of your own…</source>
        <translation>Eigene Farben…</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>not measured here</source>
        <translation>hier nicht gemessen</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>A scene, and what the preset makes of it</source>
        <translation>Eine Szene und was die Vorgabe daraus macht</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>non-commercial</source>
        <translation>nicht kommerziell</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Add its weights…</source>
        <translation>Gewichte hinzufügen…</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Trained on</source>
        <translation>Trainiert mit</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Values</source>
        <translation>Werte</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Ground resolution</source>
        <translation>Bodenauflösung</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Largest validated scene</source>
        <translation>Größte validierte Szene</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <location filename="../gui/preset_card.py" />
        <source>Precision</source>
        <translation>Rechengenauigkeit</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Seams</source>
        <translation>Nähte</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Uses the weights of</source>
        <translation>Nutzt die Gewichte von</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>{n} million pixels</source>
        <translation>{n} Mio. Pixel</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>{licence} (accepted on {day})</source>
        <translation>{licence} (angenommen am {day})</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>{low} to {high} m</source>
        <translation>{low} bis {high} m</translation>
    </message>
    <message>
        <location filename="../gui/preset_card.py" />
        <source>{low} to {high}</source>
        <translation>{low} bis {high}</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>SSH lets you in</source>
        <translation>SSH gewährt Zugang</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>The engine is found or started</source>
        <translation>Die Engine ist gefunden oder gestartet</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>Plugin and engine are of one release</source>
        <translation>Erweiterung und Engine stammen aus derselben Version</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>Its port is brought here</source>
        <translation>Ihr Port ist hierher weitergeleitet</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>The engine answers</source>
        <translation>Die Engine antwortet</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>Folders that both machines see, such as Z:\scenes here and /data/scenes there. Scenes in them are used where they are, once their content was compared. Others are sent, after a question.</source>
        <translation>Ordner, die beide Rechner sehen, zum Beispiel Z:\scenes hier und /data/scenes dort. Szenen darin werden verwendet, wo sie sind, sobald ihr Inhalt verglichen wurde. Andere werden gesendet, nach einer Rückfrage.</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>Where the engine runs</source>
        <translation>Wo die Engine läuft</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>Test</source>
        <translation>Testen</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>user@host, or a name of your ssh configuration</source>
        <translation>user@host oder ein Name aus der ssh-Konfiguration</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>usual</source>
        <translation>üblich</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>looked for; else for example /opt/wholescene/bin/wholescene</source>
        <translation>wird gesucht; sonst zum Beispiel /opt/wholescene/bin/wholescene</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>File of your private key</source>
        <translation>Datei des privaten Schlüssels</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>as ssh chooses</source>
        <translation>wie ssh wählt</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <location filename="../gui/remote_dialog.py" />
        <source>Key file</source>
        <translation>Schlüsseldatei</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <location filename="../gui/remote_dialog.py" />
        <source>Machine</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <location filename="../gui/remote_dialog.py" />
        <source>Port</source>
        <translation>Port</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <location filename="../gui/remote_dialog.py" />
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>On this machine</source>
        <translation>Auf diesem Rechner</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>On another machine, over SSH</source>
        <translation>Auf einem anderen Rechner, über SSH</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>not tried</source>
        <translation>nicht versucht</translation>
    </message>
    <message>
        <location filename="../gui/remote_dialog.py" />
        <source>failed</source>
        <translation>misslungen</translation>
    </message>
    <message>
        <location filename="../gui/remote_paths.py" />
        <source>Folders that both machines see</source>
        <translation>Ordner, die beide Rechner sehen</translation>
    </message>
    <message>
        <location filename="../gui/remote_paths.py" />
        <source>Add a folder</source>
        <translation>Ordner hinzufügen</translation>
    </message>
    <message>
        <location filename="../gui/remote_paths.py" />
        <source>Remove the chosen folder</source>
        <translation>Gewählten Ordner entfernen</translation>
    </message>
    <message>
        <location filename="../gui/remote_paths.py" />
        <source>Folder here</source>
        <translation>Ordner hier</translation>
    </message>
    <message>
        <location filename="../gui/remote_paths.py" />
        <source>The same folder there</source>
        <translation>Derselbe Ordner dort</translation>
    </message>
    <message>
        <location filename="../gui/remote_paths.py" />
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>Versions, settings, what the doctor finds and the ends of the logs. Homes, names of user and machine, keys and passwords are taken out; look whether anything is left that nobody should see.</source>
        <translation>Versionen, Einstellungen, Befunde von wholescene doctor und die Enden der Protokolle. Home-Ordner, Namen von Benutzer und Rechner, Schlüssel und Passwörter sind herausgenommen; bitte nachsehen, ob noch etwas darin steht, was niemand sehen soll.</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>Report for somebody who helps</source>
        <translation>Bericht für Helfende</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>The report</source>
        <translation>Der Bericht</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>Gathering…</source>
        <translation>Wird zusammengestellt…</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <location filename="../gui/report_dialog.py" />
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>Save the report</source>
        <translation>Bericht speichern</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>Text (*.txt)</source>
        <translation>Text (*.txt)</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>Save as…</source>
        <translation>Speichern als…</translation>
    </message>
    <message>
        <location filename="../gui/report_dialog.py" />
        <source>Written to {path}.</source>
        <translation>Nach {path} geschrieben.</translation>
    </message>
    <message>
        <location filename="../gui/request.py" />
        <source>the weights file is not there</source>
        <translation>die Gewichtsdatei fehlt</translation>
    </message>
    <message>
        <location filename="../gui/request.py" />
        <source>{scene}, this area only</source>
        <translation>{scene}, nur dieses Gebiet</translation>
    </message>
    <message>
        <location filename="../gui/result_desk.py" />
        <source>Look into the layer</source>
        <translation>Layer ansehen</translation>
    </message>
    <message>
        <location filename="../gui/result_desk.py" />
        <source>Count the areas</source>
        <translation>Flächen zählen</translation>
    </message>
    <message>
        <location filename="../gui/result_desk.py" />
        <source>Looking…</source>
        <translation>Wird nachgesehen…</translation>
    </message>
    <message>
        <location filename="../gui/result_desk.py" />
        <source>There is no data at this place.</source>
        <translation>An dieser Stelle sind keine Daten.</translation>
    </message>
    <message numerus="yes">
        <location filename="../gui/result_desk.py" />
        <source>With %n corrections.</source>
        <translation>
            <numerusform>Mit %n Korrektur.</numerusform>
            <numerusform>Mit %n Korrekturen.</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <location filename="../gui/result_desk.py" />
        <source>Write the corrected map</source>
        <translation>Korrigierte Karte schreiben</translation>
    </message>
    <message>
        <location filename="../gui/result_desk.py" />
        <source>The corrected map is in {path}. The map of the run is as it was.</source>
        <translation>Die korrigierte Karte ist in {path}. Die Karte des Laufs ist unverändert.</translation>
    </message>
    <message>
        <location filename="../gui/result_desk.py" />
        <source>{map} and its files are removed.</source>
        <translation>{map} und die zugehörigen Dateien sind entfernt.</translation>
    </message>
    <message>
        <location filename="../gui/result_desk.py" />
        <source>{map} (corrected)</source>
        <translation>{map} (korrigiert)</translation>
    </message>
    <message>
        <location filename="../gui/result_desk.py" />
        <source>class {n}</source>
        <translation>Klasse {n}</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Polygons, small patches, accuracy, fine-tuning, the corrected map, removing this run</source>
        <translation>Polygone, kleine Teilflächen, Genauigkeit, Feinabstimmung, die korrigierte Karte, Entfernen dieses Laufs</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Read</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Click into the map: class, score and area of the patch there</source>
        <translation>In die Karte klicken: Klasse, Score und Größe der Teilfläche dort</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Correct</source>
        <translation>Korrigieren</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Give patches or drawn polygons another class, in a layer of their own</source>
        <translation>Teilflächen oder gezeichneten Polygonen eine andere Klasse geben, in einem eigenen Layer</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Attention</source>
        <translation>Aufmerksamkeit</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Where did the model look? Click a pixel to see what it attended to</source>
        <translation>Wohin hat das Modell geschaut? Ein Pixel anklicken, um zu sehen, worauf es geachtet hat</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Polygons…</source>
        <translation>Polygone…</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Without small patches…</source>
        <translation>Ohne kleine Teilflächen…</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Accuracy…</source>
        <translation>Genauigkeit…</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Fine-tune…</source>
        <translation>Feinabstimmen…</translation>
    </message>
    <message>
        <location filename="../gui/result_tools.py" />
        <source>Remove this run…</source>
        <translation>Diesen Lauf entfernen…</translation>
    </message>
    <message>
        <location filename="../gui/result_view.py" />
        <source>CSV…</source>
        <translation>CSV…</translation>
    </message>
    <message>
        <location filename="../gui/result_view.py" />
        <source>Save the area of each class as a table</source>
        <translation>Die Fläche jeder Klasse als Tabelle speichern</translation>
    </message>
    <message>
        <location filename="../gui/run_removal.py" />
        <source>Look for the files of the run</source>
        <translation>Dateien des Laufs suchen</translation>
    </message>
    <message>
        <location filename="../gui/run_removal.py" />
        <source>Remove this run</source>
        <translation>Diesen Lauf entfernen</translation>
    </message>
    <message>
        <location filename="../gui/run_removal.py" />
        <source>Remove the files of the run</source>
        <translation>Dateien des Laufs entfernen</translation>
    </message>
    <message>
        <location filename="../gui/run_removal.py" />
        <source>Delete these files in {folder}, and take their layers out of the project?</source>
        <translation>Diese Dateien in {folder} löschen und ihre Layer aus dem Projekt nehmen?</translation>
    </message>
    <message>
        <location filename="../gui/run_removal.py" />
        <source>These are yours and stay:</source>
        <translation>Diese stammen nicht vom Lauf und bleiben:</translation>
    </message>
    <message>
        <location filename="../gui/scaled_copy.py" />
        <source>Scale a copy to that range</source>
        <translation>Eine Kopie auf diesen Bereich skalieren</translation>
    </message>
    <message>
        <location filename="../gui/scaled_copy.py" />
        <source>{layer} (scaled)</source>
        <translation>{layer} (skaliert)</translation>
    </message>
    <message>
        <location filename="../gui/side_outputs.py" />
        <source>Write the areas of {job}</source>
        <translation>Flächen von {job} schreiben</translation>
    </message>
    <message>
        <location filename="../gui/side_outputs.py" />
        <source>Polygons of {job}</source>
        <translation>Polygone von {job}</translation>
    </message>
    <message>
        <location filename="../gui/side_outputs.py" />
        <source>{job} (polygons)</source>
        <translation>{job} (Polygone)</translation>
    </message>
    <message>
        <location filename="../gui/snapshot_desk.py" />
        <source>Take the visible map</source>
        <translation>Sichtbare Karte nehmen</translation>
    </message>
    <message>
        <location filename="../gui/snapshot_desk.py" />
        <source>This layer has no file. A snapshot of the extent has {size} pixels, at most {bytes}.</source>
        <translation>Dieser Layer hat keine Datei. Ein Kartenausschnitt der Ausdehnung hat {size} Pixel, höchstens {bytes}.</translation>
    </message>
    <message>
        <location filename="../gui/snapshot_desk.py" />
        <source>This layer has no file. A snapshot of the extent has {size} pixels of {metres}, at most {bytes}.</source>
        <translation>Dieser Layer hat keine Datei. Ein Kartenausschnitt der Ausdehnung hat {size} Pixel von {metres}, höchstens {bytes}.</translation>
    </message>
    <message>
        <location filename="../gui/snapshot_desk.py" />
        <source>Look at the snapshot</source>
        <translation>Kartenausschnitt ansehen</translation>
    </message>
    <message>
        <location filename="../gui/snapshot_desk.py" />
        <source>A smaller extent can have pixels of {metres}.</source>
        <translation>Eine kleinere Ausdehnung kann Pixel von {metres} haben.</translation>
    </message>
    <message>
        <location filename="../gui/snapshot_desk.py" />
        <source>Snapshot of {layer}</source>
        <translation>Kartenausschnitt von {layer}</translation>
    </message>
    <message>
        <location filename="../gui/snapshot_desk.py" />
        <source>QGIS could not write it</source>
        <translation>QGIS konnte es nicht schreiben</translation>
    </message>
    <message>
        <location filename="../gui/texts.py" />
        <source>a few seconds left</source>
        <translation>noch einige Sekunden</translation>
    </message>
    <message>
        <location filename="../gui/texts.py" />
        <source>about {n} h left</source>
        <translation>noch etwa {n} h</translation>
    </message>
    <message>
        <location filename="../gui/texts.py" />
        <source>about {n} s left</source>
        <translation>noch etwa {n} s</translation>
    </message>
    <message>
        <location filename="../gui/texts.py" />
        <source>about {n} min left</source>
        <translation>noch etwa {n} min</translation>
    </message>
    <message>
        <location filename="../plugin.py" />
        <source>WholeScene Panel</source>
        <translation>WholeScene-Bedienfeld</translation>
    </message>
    <message>
        <location filename="../plugin.py" />
        <source>Segment a whole scene: show or hide the WholeScene panel</source>
        <translation>Eine ganze Szene segmentieren: das WholeScene-Bedienfeld ein- oder ausblenden</translation>
    </message>
    <message>
        <location filename="../plugin.py" />
        <source>WholeScene User Guide</source>
        <translation>WholeScene-Benutzerhandbuch</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Accuracy of a class map</source>
        <translation>Genauigkeit einer Klassenkarte</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Holds a class map against a reference: confusion matrix (rows are the map, columns the reference), overall accuracy, user's and producer's accuracy, IoU and F1 of each class, their means.

INPUT: the class map.
REFERENCE: a raster on any grid and in any CRS (sampled at the centre of each pixel of the map, nearest neighbour), polygons (a pixel belongs to the polygon that holds its centre), or points.
FIELD: of polygons and points, the field with the class. Features without one do not count.
BAND: of a raster, the band with the classes.
MAPPING: rows of a reference value or name and the class of the map that it is, by name or value; an empty second cell leaves the reference class out. Empty: guessed by name or, where no name fits, by value.
UNMAPPED: what becomes of reference classes that the mapping does not name: ignore leaves them out, other counts them as wrong.
HTML, TABLE, JSON: the result for people, for spreadsheets (CSV) and for programs.
OVERALL_ACCURACY, MEAN_IOU, MEAN_F1: from 0 to 1. COMPARED: pixels or points that were compared.
OVERALL_MARGIN: for points, half the width of the 95 % confidence interval.

For points all figures are estimates for the whole map, weighted by the area of each class (Olofsson et al. 2014): the points have to be drawn at random within each class, as wholescene:samplepoints does, or all over the map.</source>
        <translation>Vergleicht eine Klassenkarte mit einer Referenz: Konfusionsmatrix (Zeilen sind die Karte, Spalten die Referenz), Gesamtgenauigkeit, Nutzer- und Herstellergenauigkeit, IoU und F1 jeder Klasse und deren Mittelwerte.

INPUT: die Klassenkarte.
REFERENCE: ein Raster auf beliebigem Gitter und in beliebigem KBS (abgetastet am Mittelpunkt jedes Pixels der Karte, nächster Nachbar), Polygone (ein Pixel gehört zu dem Polygon, in dem sein Mittelpunkt liegt) oder Punkte.
FIELD: bei Polygonen und Punkten das Feld mit der Klasse. Objekte ohne Klasse zählen nicht.
BAND: bei einem Raster der Kanal mit den Klassen.
MAPPING: Zeilen aus einem Wert oder Namen der Referenz und der Klasse der Karte, die das ist, als Name oder Wert; eine leere zweite Zelle lässt die Referenzklasse aus. Leer: nach Namen zugeordnet oder, wo kein Name passt, nach Werten.
UNMAPPED: was aus Referenzklassen wird, die in der Zuordnung nicht vorkommen: ignore lässt sie aus, other zählt sie als falsch.
HTML, TABLE, JSON: das Ergebnis für Menschen, für Tabellenprogramme (CSV) und für Programme.
OVERALL_ACCURACY, MEAN_IOU, MEAN_F1: von 0 bis 1. COMPARED: verglichene Pixel oder Punkte.
OVERALL_MARGIN: bei Punkten die halbe Breite des 95-%-Konfidenzintervalls.

Bei Punkten sind alle Zahlen Schätzungen für die ganze Karte, gewichtet mit der Fläche jeder Klasse (Olofsson et al. 2014): Die Punkte müssen zufällig innerhalb jeder Klasse gezogen sein, wie es wholescene:samplepoints tut, oder über die ganze Karte.</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Band with the class (raster)</source>
        <translation>Kanal mit der Klasse (Raster)</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Reference classes that the map does not have</source>
        <translation>Referenzklassen, die die Karte nicht hat</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Overall accuracy</source>
        <translation>Gesamtgenauigkeit</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Margin of the overall accuracy</source>
        <translation>Fehlerspanne der Gesamtgenauigkeit</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Mean IoU</source>
        <translation>Mittlere IoU</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Mean F1</source>
        <translation>Mittleres F1</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Pixels or points compared</source>
        <translation>Verglichene Pixel oder Punkte</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Field with the class (polygons, points)</source>
        <translation>Feld mit der Klasse (Polygone, Punkte)</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Tables</source>
        <translation>Tabellen</translation>
    </message>
    <message>
        <location filename="../processing/accuracy.py" />
        <source>Result for programs</source>
        <translation>Ergebnis für Programme</translation>
    </message>
    <message>
        <location filename="../processing/class_areas.py" />
        <source>Areas of the classes</source>
        <translation>Flächen der Klassen</translation>
    </message>
    <message>
        <location filename="../processing/class_areas.py" />
        <source>Writes pixels, hectares and share of each class of a class map that WholeScene made. Areas are true ground areas, whatever the CRS.

INPUT: the class map.
MINIMUM_AREA: count as if patches below so many square metres of ground had joined the neighbour with which they share the longest border, as wholescene:mappingunit does; 0 counts the map as it is.
TABLE: CSV with value, name, pixels, hectares and share.
CLASSES: how many classes the map has.</source>
        <translation>Schreibt Pixel, Hektar und Anteil jeder Klasse einer Klassenkarte von WholeScene. Flächen sind wahre Bodenflächen, in jedem KBS.

INPUT: die Klassenkarte.
MINIMUM_AREA: so zählen, als wären Teilflächen unter so vielen Quadratmetern Boden dem Nachbarn zugeschlagen, mit dem sie die längste Grenze teilen, wie es wholescene:mappingunit tut; 0 zählt die Karte, wie sie ist.
TABLE: CSV mit Wert, Name, Pixeln, Hektar und Anteil.
CLASSES: Anzahl der Klassen der Karte.</translation>
    </message>
    <message>
        <location filename="../processing/class_areas.py" />
        <source>{path} has no attribute table with classes and counts: is it a class map of WholeScene?</source>
        <translation>{path} hat keine Attributtabelle mit Klassen und Anzahlen: Ist es eine Klassenkarte von WholeScene?</translation>
    </message>
    <message>
        <location filename="../processing/class_areas.py" />
        <source>Number of classes</source>
        <translation>Anzahl der Klassen</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Fine-tune a preset with polygons</source>
        <translation>Vorgabe mit Polygonen feinabstimmen</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Teaches a preset with polygons drawn on a raster, and makes a new preset of it, which the panel lists. It takes some minutes; the raster is looked at as a whole. Pixels without a polygon teach nothing.

INPUT: a raster layer with a file behind it.
LABELS: polygons with a class field, in any CRS: drawn by hand, or the corrections of a class map. Save your edits first.
FIELD: the field with the class, by name or value. Empty: class_name, class_id, class, and the like.
BASE: the preset to begin with.
NAME: of the new preset: letters, digits, '.', '_' and '-'.
CLASSES: of the new preset, separated by commas; empty: those of the base, and what is new in the field.
BANDS: for each band of the preset a band of the raster, by number or name, for example 3,2,1; empty: guessed.
MINUTES: how long to learn; looking at the raster and judging come on top.
HELD_OUT: the share of the polygons that is not learnt from but used to judge: whole blocks of the raster, never single pixels.
UNFREEZE: let the last stage of the encoder learn too, which takes longer.
WEAK: weight of the base's own map where there is no polygon; 0 is without.
STEPS: learn for so many steps instead of minutes, to repeat a result.
EVEN_IF_WORSE: save the preset also if the mean IoU fell.

PRESET, FOLDER: the new preset and where it lies. IOU_BEFORE, IOU_AFTER: mean IoU on what was held out, from 0 to 1; missing if nothing was.</source>
        <translation>Lehrt eine Vorgabe anhand von Polygonen, die auf einem Raster gezeichnet sind, und macht daraus eine neue Vorgabe, die im Bedienfeld erscheint. Das dauert einige Minuten; das Raster wird als Ganzes angesehen. Aus Pixeln ohne Polygon wird nichts gelernt.

INPUT: ein Rasterlayer mit einer Datei dahinter.
LABELS: Polygone mit einem Klassenfeld, in beliebigem KBS: von Hand gezeichnet oder die Korrekturen einer Klassenkarte. Änderungen zuerst speichern.
FIELD: das Feld mit der Klasse, als Name oder Wert. Leer: class_name, class_id, class und Ähnliches.
BASE: die Vorgabe, von der ausgegangen wird.
NAME: der neuen Vorgabe: Buchstaben, Ziffern, „.“, „_“ und „-“.
CLASSES: der neuen Vorgabe, durch Kommas getrennt; leer: die der Ausgangsvorgabe und was im Feld neu ist.
BANDS: für jeden Kanal der Vorgabe ein Kanal des Rasters, als Nummer oder Name, zum Beispiel 3,2,1; leer: wird ermittelt.
MINUTES: Dauer des Lernens; das Ansehen des Rasters und das Beurteilen kommen hinzu.
HELD_OUT: der Anteil der Polygone, aus dem nicht gelernt, sondern mit dem beurteilt wird: ganze Blöcke des Rasters, nie einzelne Pixel.
UNFREEZE: auch die letzte Stufe des Encoders lernen lassen; das dauert länger.
WEAK: Gewicht der Karte der Ausgangsvorgabe, wo kein Polygon liegt; 0 ist ohne.
STEPS: so viele Schritte statt Minuten lernen, um ein Ergebnis zu wiederholen.
EVEN_IF_WORSE: die Vorgabe auch speichern, wenn die mittlere IoU gesunken ist.

PRESET, FOLDER: die neue Vorgabe und ihr Ordner. IOU_BEFORE, IOU_AFTER: mittlere IoU auf dem Zurückgehaltenen, von 0 bis 1; fehlen, wenn nichts zurückgehalten wurde.</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>  {name}: {before} before, {after} after</source>
        <translation>  {name}: {before} vorher, {after} nachher</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>IoU on what was held out:</source>
        <translation>IoU auf dem Zurückgehaltenen:</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>mean</source>
        <translation>Mittelwert</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Field with the class</source>
        <translation>Feld mit der Klasse</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Preset to begin with</source>
        <translation>Ausgangsvorgabe</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Name of the new preset</source>
        <translation>Name der neuen Vorgabe</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Minutes</source>
        <translation>Minuten</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>New preset</source>
        <translation>Neue Vorgabe</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Its folder</source>
        <translation>Ihr Ordner</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Mean IoU before</source>
        <translation>Mittlere IoU vorher</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Mean IoU after</source>
        <translation>Mittlere IoU nachher</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Share that is held out</source>
        <translation>Anteil, der zurückgehalten wird</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>The last encoder stage learns too</source>
        <translation>Auch die letzte Stufe des Encoders lernt</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Weight of the base's own map</source>
        <translation>Gewicht der Karte der Ausgangsvorgabe</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Save it even if it got worse</source>
        <translation>Auch speichern, wenn es schlechter wurde</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Nothing was held out: nobody knows whether it got better.</source>
        <translation>Nichts wurde zurückgehalten: Niemand weiß, ob es besser wurde.</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>{folder} is there: the panel lists {name}.</source>
        <translation>{folder} ist da: Das Bedienfeld bietet {name} an.</translation>
    </message>
    <message>
        <location filename="../processing/finetune.py" />
        <source>Save the edits of {layer} first.</source>
        <translation>Zuerst die Änderungen von {layer} speichern.</translation>
    </message>
    <message>
        <location filename="../processing/map_algorithm.py" />
        <source>Minimum mapping unit (m²)</source>
        <translation>Mindestkartierfläche (m²)</translation>
    </message>
    <message>
        <location filename="../processing/mapping_unit.py" />
        <source>Minimum mapping unit</source>
        <translation>Mindestkartierfläche</translation>
    </message>
    <message>
        <location filename="../processing/mapping_unit.py" />
        <source>Writes a class map without patches (pixels of one class that hang together by their edges) below a minimum area. The smallest go first; each joins the neighbour with which it shares the longest border. What has no data is never filled and never grows. The map itself stays as it is.

INPUT: the class map.
MINIMUM_AREA: square metres of true ground area, whatever the CRS.
OUTPUT: the filtered map, a GeoTIFF; one that is there is replaced.</source>
        <translation>Schreibt eine Klassenkarte ohne Teilflächen (Pixel einer Klasse, die über ihre Kanten zusammenhängen), die kleiner als eine Mindestfläche sind. Die kleinsten kommen zuerst; jede wird dem Nachbarn zugeschlagen, mit dem sie die längste Grenze teilt. Was keine Daten hat, wird nie gefüllt und wächst nie. Die Karte selbst bleibt, wie sie ist.

INPUT: die Klassenkarte.
MINIMUM_AREA: Quadratmeter wahrer Bodenfläche, in jedem KBS.
OUTPUT: die gefilterte Karte, ein GeoTIFF; eine vorhandene Datei wird ersetzt.</translation>
    </message>
    <message>
        <location filename="../processing/mapping_unit.py" />
        <source>Filtered map</source>
        <translation>Gefilterte Karte</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>Polygons of a class map</source>
        <translation>Polygone einer Klassenkarte</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>Makes one polygon of each patch of a class map (pixels of one class that hang together by their edges). The edges are exactly those of the pixels: no gap, no overlap, no pixel lost.

INPUT: the class map.
MINIMUM_AREA: patches below so many square metres of ground first join the neighbour with which they share the longest border; 0 keeps all.
SMOOTH: draw borders without the steps of pixels. Both neighbours get the same border, so there are still neither gaps nor overlaps; borders to what has no data stay exact.
APPEND_TO: a layer of polygons that takes them, in place of OUTPUT.
FIELD_MAPPING: for APPEND_TO, pairs of a field of the polygons (class_id, name, area_m2, area_ha, job_id) and the field of the layer that it fills; without the latter the field of its own name, if there is one.
OUTPUT: a GeoPackage with its style inside; one that is there is replaced.
COUNT: how many polygons were made.

Areas are true ground areas, whatever the CRS.</source>
        <translation>Macht aus jeder Teilfläche einer Klassenkarte (Pixel einer Klasse, die über ihre Kanten zusammenhängen) ein Polygon. Die Grenzen sind genau die der Pixel: keine Lücke, keine Überlappung, kein Pixel geht verloren.

INPUT: die Klassenkarte.
MINIMUM_AREA: Teilflächen unter so vielen Quadratmetern Boden werden zuerst dem Nachbarn zugeschlagen, mit dem sie die längste Grenze teilen; 0 behält alle.
SMOOTH: Grenzen ohne die Stufen der Pixel zeichnen. Beide Nachbarn bekommen dieselbe Grenze, es gibt also weiterhin weder Lücken noch Überlappungen; Grenzen zu dem, was keine Daten hat, bleiben genau.
APPEND_TO: ein Polygonlayer, der sie statt OUTPUT aufnimmt.
FIELD_MAPPING: für APPEND_TO Paare aus einem Feld der Polygone (class_id, name, area_m2, area_ha, job_id) und dem Feld des Layers, das es füllt; ohne letzteres das gleichnamige Feld, falls es eines gibt.
OUTPUT: ein GeoPackage mit seinem Stil darin; eine vorhandene Datei wird ersetzt.
COUNT: Anzahl der Polygone.

Flächen sind wahre Bodenflächen, in jedem KBS.</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>Append to this layer</source>
        <translation>An diesen Layer anhängen</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>Where the fields go</source>
        <translation>Wohin die Felder gehen</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>Field of the polygons</source>
        <translation>Feld der Polygone</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>Field of the layer</source>
        <translation>Feld des Layers</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>Smooth the borders</source>
        <translation>Grenzen glätten</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>Number of polygons</source>
        <translation>Anzahl der Polygone</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>FIELD_MAPPING needs pairs of fields.</source>
        <translation>FIELD_MAPPING braucht Paare von Feldern.</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>Choose a GeoPackage for OUTPUT, or a layer for APPEND_TO.</source>
        <translation>Ein GeoPackage für OUTPUT oder einen Layer für APPEND_TO wählen.</translation>
    </message>
    <message>
        <location filename="../processing/polygons.py" />
        <source>OUTPUT has to be a GeoPackage (.gpkg).</source>
        <translation>OUTPUT muss ein GeoPackage (.gpkg) sein.</translation>
    </message>
    <message>
        <location filename="../processing/sample_points.py" />
        <source>Draw sample points from a class map</source>
        <translation>Stichprobenpunkte aus einer Klassenkarte ziehen</translation>
    </message>
    <message>
        <location filename="../processing/sample_points.py" />
        <source>Draws pixels of a class map at random within each class, without replacement, as points at their centres. Fill in the field 'reference' of each with what is there, then run wholescene:accuracy.

INPUT: the class map.
SIZE: how many points altogether.
ALLOCATION: equal gives each class as many, proportional by its pixels, minimum by its pixels, but to each class MINIMUM points at least (which Olofsson et al. 2014 advise for rare classes; SIZE grows if these are more).
MINIMUM: the least points of a class, for minimum.
SEED: the same seed, map and numbers give the same points.
SHOW_CLASS: also write the class of the map. Whoever sees it may follow it; better leave it hidden.
OUTPUT: the points, in the CRS of the map.
COUNT: how many were drawn.</source>
        <translation>Zieht Pixel einer Klassenkarte zufällig und ohne Zurücklegen innerhalb jeder Klasse, als Punkte an ihren Mittelpunkten. In das Feld „reference“ jedes Punkts eintragen, was dort ist, dann wholescene:accuracy ausführen.

INPUT: die Klassenkarte.
SIZE: Anzahl der Punkte insgesamt.
ALLOCATION: equal gibt jeder Klasse gleich viele, proportional nach ihren Pixeln, minimum nach ihren Pixeln, aber jeder Klasse wenigstens MINIMUM Punkte (wie es Olofsson et al. 2014 für seltene Klassen raten; SIZE wächst, wenn das mehr sind).
MINIMUM: die Mindestzahl der Punkte einer Klasse, für minimum.
SEED: Gleicher Startwert, gleiche Karte und gleiche Zahlen ergeben dieselben Punkte.
SHOW_CLASS: auch die Klasse der Karte schreiben. Wer sie sieht, folgt ihr leicht; besser verbergen.
OUTPUT: die Punkte, im KBS der Karte.
COUNT: Anzahl der gezogenen Punkte.</translation>
    </message>
    <message>
        <location filename="../processing/sample_points.py" />
        <source>Points of each class</source>
        <translation>Punkte je Klasse</translation>
    </message>
    <message>
        <location filename="../processing/sample_points.py" />
        <source>Least points</source>
        <translation>Mindestzahl der Punkte</translation>
    </message>
    <message>
        <location filename="../processing/sample_points.py" />
        <source>Show the class of the map</source>
        <translation>Klasse der Karte zeigen</translation>
    </message>
    <message>
        <location filename="../processing/sample_points.py" />
        <source>Sample points</source>
        <translation>Stichprobenpunkte</translation>
    </message>
    <message>
        <location filename="../processing/sample_points.py" />
        <source>Number of points</source>
        <translation>Anzahl der Punkte</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <source>Segment a whole scene</source>
        <translation>Ganze Szene segmentieren</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <source>Segments a raster with a preset, the scene as a whole: no tiles, no seams.

INPUT: a raster layer with a file behind it.
PRESET: name of a preset, for example water-lite.
EXTENT: limits the output, not the answer; without it the whole scene is written.
MASK: polygons that limit the output likewise; where none lies the class map has no data. If some of the layer are selected, only these.
BANDS: for each band of the preset a band of the scene, by number or name, for example 3,2,1; empty: guessed from names, wavelengths and colours.
SCORE: write a second band that says in percent how the network scored its choice.
PRECISION: auto, float32, bf16 or fp16.
MODE: auto, as the preset runs; holistic, the scene as a whole; crop, window by window, to compare with, and the only way for ONNX models; fusion, for networks of the global-local family.
SKIP_FINISHED: leave an OUTPUT alone that already is the answer to this request, by the same weights and not older than the scene: for a batch that is run again.
OUTPUT: the class map, a GeoTIFF; one that is there is replaced.
MINIMUM_AREA: in FILTERED and TABLE, patches below so many square metres of ground join the neighbour with which they share the longest border; 0 keeps all. OUTPUT always keeps all.
FILTERED: the class map after that, a GeoTIFF.
TABLE: area of each class, as CSV.

The engine is started if none runs, and stays warm for the next scene of a batch.</source>
        <translation>Segmentiert ein Raster mit einer Vorgabe, die Szene als Ganzes: keine Kacheln, keine Nähte.

INPUT: ein Rasterlayer mit einer Datei dahinter.
PRESET: Name einer Vorgabe, zum Beispiel water-lite.
EXTENT: begrenzt die Ausgabe, nicht das Ergebnis; ohne sie wird die ganze Szene geschrieben.
MASK: Polygone, die die Ausgabe ebenso begrenzen; wo keines liegt, hat die Klassenkarte keine Daten. Sind einige des Layers ausgewählt, nur diese.
BANDS: für jeden Kanal der Vorgabe ein Kanal der Szene, als Nummer oder Name, zum Beispiel 3,2,1; leer: aus Namen, Wellenlängen und Farben ermittelt.
SCORE: einen zweiten Kanal schreiben, der in Prozent sagt, wie das Netz seine Wahl bewertet.
PRECISION: auto, float32, bf16 oder fp16.
MODE: auto, wie die Vorgabe läuft; holistic, die Szene als Ganzes; crop, Fenster für Fenster, zum Vergleich, und für ONNX-Modelle der einzige Weg; fusion, für Netze der Familie „global-lokal“.
SKIP_FINISHED: ein OUTPUT in Ruhe lassen, das schon das Ergebnis dieser Anfrage ist, mit denselben Gewichten und nicht älter als die Szene: für einen Stapel, der noch einmal läuft.
OUTPUT: die Klassenkarte, ein GeoTIFF; eine vorhandene Datei wird ersetzt.
MINIMUM_AREA: In FILTERED und TABLE werden Teilflächen unter so vielen Quadratmetern Boden dem Nachbarn zugeschlagen, mit dem sie die längste Grenze teilen; 0 behält alle. OUTPUT behält immer alle.
FILTERED: die Klassenkarte danach, ein GeoTIFF.
TABLE: Fläche jeder Klasse, als CSV.

Läuft keine Engine, wird sie gestartet und bleibt für die nächste Szene eines Stapels bereit.</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <source>Class map without small patches</source>
        <translation>Klassenkarte ohne kleine Teilflächen</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <source>Mode</source>
        <translation>Modus</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <source>Skip what is finished</source>
        <translation>Fertiges überspringen</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <source>Polygons around the output</source>
        <translation>Polygone um die Ausgabe</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <source>With the score of each pixel</source>
        <translation>Mit dem Score jedes Pixels</translation>
    </message>
    <message>
        <location filename="../processing/segment.py" />
        <source>{path} is finished already.</source>
        <translation>{path} ist schon fertig.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>{path} cannot be read as a raster of classes: {detail}.</source>
        <translation>{path} ist nicht als Klassenraster lesbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>Choose a raster whose pixels hold class values, in a file or database that GDAL reads.</source>
        <translation>Ein Raster wählen, dessen Pixel Klassenwerte enthalten, in einer Datei oder Datenbank, die GDAL liest.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>{reference} has no place on the ground and another size than {map}: {detail}.</source>
        <translation>{reference} ist nicht georeferenziert und hat eine andere Größe als {map}: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>Georeference it, or take one with a pixel for each pixel of the map.</source>
        <translation>Die Referenz georeferenzieren oder eine mit einem Pixel für jedes Pixel der Karte nehmen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>{reference} holds neither pixels nor polygons nor points.</source>
        <translation>{reference} enthält weder Pixel noch Polygone noch Punkte.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>Choose a raster, polygons or points as the reference.</source>
        <translation>Ein Raster, Polygone oder Punkte als Referenz wählen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>{reference} has no field '{field}'. It has: {offered}.</source>
        <translation>{reference} hat kein Feld „{field}“. Vorhanden: {offered}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>Name the field that holds the reference class.</source>
        <translation>Das Feld nennen, das die Referenzklasse enthält.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>{reference} has no class anywhere where {map} has one.</source>
        <translation>{reference} hat nirgends eine Klasse, wo {map} eine hat.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>Check that both show the same place, and the CRS of each.</source>
        <translation>Prüfen, ob beide denselben Ort zeigen, und das KBS von beiden.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>None of the {count} features of {reference} on {map} has a class in the field '{field}'.</source>
        <translation>Keines der {count} Objekte von {reference} auf {map} hat eine Klasse im Feld „{field}“.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>Fill in the field, or choose the one that holds the reference class.</source>
        <translation>Das Feld ausfüllen oder das wählen, das die Referenzklasse enthält.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>'{name}' is no class of the map. It has: {classes}.</source>
        <translation>„{name}“ ist keine Klasse der Karte. Vorhanden: {classes}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>Name one of these or its value, or leave the second column empty to leave the reference class out.</source>
        <translation>Eine davon oder ihren Wert nennen; eine leere zweite Spalte lässt die Referenzklasse aus.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>No class of the reference ({found}) is matched with a class of the map ({classes}).</source>
        <translation>Keiner Klasse der Referenz ({found}) ist eine Klasse der Karte ({classes}) zugeordnet.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>Say in the class mapping which is which.</source>
        <translation>In der Klassenzuordnung angeben, welche welche ist.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>{size} points cannot be drawn from {map}: {detail}.</source>
        <translation>Aus {map} lassen sich keine {size} Punkte ziehen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/accuracy.py" />
        <source>Ask for another number of points.</source>
        <translation>Eine andere Anzahl von Punkten verlangen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/base.py" />
        <source>Something went wrong inside the engine: {detail}.</source>
        <translation>In der Engine ist etwas schiefgegangen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/base.py" />
        <source>Please report this with the engine's log.</source>
        <translation>Bitte mit dem Protokoll der Engine melden.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>pip could not get the packages: {detail}.</source>
        <translation>pip konnte die Pakete nicht bekommen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>Check the network, pip's configuration and the addresses of the package indexes.</source>
        <translation>Das Netzwerk, die Konfiguration von pip und die Adressen der Paketindizes prüfen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>Where pip looks there is no wheel of {package} for {platform} with Python {python}.</source>
        <translation>Wo pip sucht, gibt es kein Wheel von {package} für {platform} mit Python {python}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>Name a package index that has one, or choose another Python.</source>
        <translation>Einen Paketindex nennen, der eines hat, oder ein anderes Python wählen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>The build of torch that pip found is {found}; {expected} was asked for.</source>
        <translation>pip hat von torch den Build {found} gefunden; verlangt war {expected}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>Name the package index that has this build, such as https://download.pytorch.org/whl/{expected}.</source>
        <translation>Den Paketindex nennen, der diesen Build hat, zum Beispiel https://download.pytorch.org/whl/{expected}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>What was collected could not be installed on {platform} with Python {python}: {detail}.</source>
        <translation>Was gesammelt wurde, ließ sich für {platform} mit Python {python} nicht installieren: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>Renew the pins of the requirements so that they fit together, or choose another Python.</source>
        <translation>Die festgelegten Versionen der Anforderungen so erneuern, dass sie zusammenpassen, oder ein anderes Python wählen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>{path} cannot be packed as the standalone Python: {detail}.</source>
        <translation>{path} kann nicht als eigenständiges Python gepackt werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>Give an archive of python-build-standalone of the kind install_only that was made for the platform.</source>
        <translation>Ein Archiv von python-build-standalone der Art install_only angeben, das für die Plattform gemacht ist.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>{path} is no wheel that can be packed: {detail}.</source>
        <translation>{path} ist kein Wheel, das sich packen lässt: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>Build or download it again.</source>
        <translation>Noch einmal bauen oder herunterladen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>{path} cannot be packed: {detail}.</source>
        <translation>{path} kann nicht gepackt werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/bundling.py" />
        <source>Rename the file, or take it out of its folder.</source>
        <translation>Die Datei umbenennen oder aus ihrem Ordner nehmen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The scratch folder {path} has {free_mb} MB free; the features of this scene need {needed_mb} MB.</source>
        <translation>Im Arbeitsordner {path} sind {free_mb} MB frei; die Merkmale dieser Szene brauchen {needed_mb} MB.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>Free some space, or point WHOLESCENE_SCRATCH to a larger disk.</source>
        <translation>Platz schaffen oder WHOLESCENE_SCRATCH auf ein größeres Laufwerk zeigen lassen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>'{size}' is not an amount of memory.</source>
        <translation>„{size}“ ist keine Speichermenge.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>Write it like 8GiB, 24GB or 512MiB.</source>
        <translation>Schreibweise: 8GiB, 24GB oder 512MiB.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The job needs at least {needed_mb} MB of main memory and may take {allowed_mb} MB; the largest part, {part_mb} MB, is for {part}.</source>
        <translation>Der Auftrag braucht mindestens {needed_mb} MB Arbeitsspeicher und darf {allowed_mb} MB nehmen; der größte Teil, {part_mb} MB, ist für {part}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The job needs at least {needed_mb} MB of memory on each device and may take {allowed_mb} MB; the largest part, {part_mb} MB, is for {part}.</source>
        <translation>Der Auftrag braucht mindestens {needed_mb} MB Speicher auf jedem Gerät und darf {allowed_mb} MB nehmen; der größte Teil, {part_mb} MB, ist für {part}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The machine ran out of memory: {detail}.</source>
        <translation>Der Arbeitsspeicher reichte nicht aus: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>Close other programs and try again.</source>
        <translation>Andere Programme schließen und erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The network's answer near row {row}, column {col} is not a number: its features grew too large.</source>
        <translation>Die Antwort des Netzes bei Zeile {row}, Spalte {col} ist keine Zahl: Seine Merkmale wurden zu groß.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The operator {operator} has no exact form over a divided scene.</source>
        <translation>Der Operator {operator} hat keine exakte Form über einer geteilten Szene.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>Use a preset whose network is made of operators that have one.</source>
        <translation>Eine Vorgabe nehmen, deren Netz aus Operatoren besteht, die eine haben.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The preset '{preset}' was not validated at {precision}; it allows {allowed}.</source>
        <translation>Die Vorgabe „{preset}“ wurde nicht in {precision} validiert; erlaubt: {allowed}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>Windows of {side} pixels need {needed_mb} MB of {memory}; the job may take {allowed_mb} MB.</source>
        <translation>Fenster von {side} Pixeln brauchen {needed_mb} MB ({memory}); der Auftrag darf {allowed_mb} MB nehmen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>{precision} cannot be computed on the device '{device}'.</source>
        <translation>{precision} lässt sich auf dem Gerät „{device}“ nicht berechnen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The job was cancelled.</source>
        <translation>Der Auftrag wurde abgebrochen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The worker process ended in the middle of the job ({detail}).</source>
        <translation>Der Arbeitsprozess endete mitten im Auftrag ({detail}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The engine ended in the middle of the job.</source>
        <translation>Die Engine endete mitten im Auftrag.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>Start the job again.</source>
        <translation>Den Auftrag neu starten.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The ranks could not meet: of {size}, rank(s) {missing} did not come within {seconds} seconds.</source>
        <translation>Die Ränge kamen nicht zusammen: Von {size} fehlten nach {seconds} Sekunden: {missing}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>Look into worker.log, and check that the ranks reach each other over the network interface you named.</source>
        <translation>In worker.log nachsehen und prüfen, ob die Ränge einander über die genannte Netzwerkschnittstelle erreichen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The ranks lost each other in the middle of the job ({detail}).</source>
        <translation>Die Ränge verloren einander mitten im Auftrag ({detail}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>Try again; if it comes back, look into worker.log and check the network between the machines.</source>
        <translation>Erneut versuchen; kommt es wieder vor, in worker.log nachsehen und das Netzwerk zwischen den Rechnern prüfen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>The device {device} cannot be used: {detail}.</source>
        <translation>Das Gerät {device} ist nicht verwendbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>There is no job {job}.</source>
        <translation>Einen Auftrag {job} gibt es nicht.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/computation.py" />
        <source>Ask for the status to see the jobs of this engine.</source>
        <translation>Den Status abfragen, um die Aufträge dieser Engine zu sehen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>There is no data format named '{name}'. Known: {known}.</source>
        <translation>Es gibt kein Datenformat namens „{name}“. Bekannt: {known}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Choose one of these, or describe the folder in a dataset.toml of its own.</source>
        <translation>Eines davon wählen oder den Ordner in einer eigenen dataset.toml beschreiben.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>No labelled scenes were found in {path}: {detail}.</source>
        <translation>In {path} wurden keine Szenen mit Labels gefunden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Name the format with --format, or describe the folder in a dataset.toml (docs/training.md).</source>
        <translation>Das Format mit --format nennen oder den Ordner in einer dataset.toml beschreiben (docs/training.md).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The data description {path} cannot be used: {detail}.</source>
        <translation>Die Datenbeschreibung {path} ist nicht verwendbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Correct the file; docs/training.md explains its fields.</source>
        <translation>Die Datei berichtigen; docs/training.md erklärt ihre Felder.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The scene '{scene}' has no labels; expected {path}.</source>
        <translation>Die Szene „{scene}“ hat keine Labels; erwartet: {path}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Add them, or take the scene out of the split.</source>
        <translation>Sie hinzufügen oder die Szene aus der Aufteilung nehmen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The labels {path} do not lie on the grid of {image}: {detail}.</source>
        <translation>Die Labels {path} liegen nicht auf dem Gitter von {image}: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Bring them to the grid of the image, or give them as polygons, which any CRS will do for.</source>
        <translation>Sie auf das Gitter des Bilds bringen oder als Polygone geben, bei denen jedes KBS geht.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The labels {path} hold values that no class has: {values}. Classes have: {known}.</source>
        <translation>Die Labels {path} enthalten Werte, die keine Klasse hat: {values}. Klassen haben: {known}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Add these values to the classes or to the ignored values of the data description.</source>
        <translation>Diese Werte zu den Klassen oder zu den ignorierten Werten der Datenbeschreibung hinzufügen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The labels {path} cannot be read as classes: {detail}.</source>
        <translation>Die Labels {path} sind nicht als Klassen lesbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Labels are whole numbers in one band, colours in three bands of 8 bits, or polygons with a class field.</source>
        <translation>Labels sind ganze Zahlen in einem Kanal, Farben in drei Kanälen mit 8 Bit oder Polygone mit einem Klassenfeld.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The polygons {path} cannot be laid on {image}: {detail}.</source>
        <translation>Die Polygone {path} lassen sich nicht auf {image} legen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Give the image or the polygons the CRS that they lack.</source>
        <translation>Dem Bild oder den Polygonen das KBS geben, das ihnen fehlt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>{path} cannot be read as polygons: {detail}.</source>
        <translation>{path} ist nicht als Polygone lesbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Save the layer as GeoPackage, GeoJSON or Shapefile with polygons (in QGIS: Export &gt; Save Features As).</source>
        <translation>Den Layer als GeoPackage, GeoJSON oder Shapefile mit Polygonen speichern (in QGIS: Exportieren &gt; Objekte speichern als).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The polygons {path} have no field '{field}'. They have: {offered}.</source>
        <translation>Die Polygone {path} haben kein Feld „{field}“. Vorhanden: {offered}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Name the field that holds the class.</source>
        <translation>Das Feld nennen, das die Klasse enthält.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>{path} has {actual} band(s); '{dataset}' has {expected} ({names}).</source>
        <translation>Zahl der Kanäle: {path} hat {actual}, „{dataset}“ hat {expected} ({names}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Choose the format that fits the files, or correct the bands in the data description.</source>
        <translation>Das Format wählen, das zu den Dateien passt, oder die Kanäle in der Datenbeschreibung berichtigen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The tiles of '{scene}' cannot be joined to one scene: {detail}.</source>
        <translation>Die Kacheln von „{scene}“ lassen sich nicht zu einer Szene verbinden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Use the format that takes each tile as a scene, or tiles with georeference or named ..._ROW_COLUMN.</source>
        <translation>Das Format nehmen, das jede Kachel als Szene nimmt, oder Kacheln mit Georeferenz oder Namen wie …_ZEILE_SPALTE.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The split {path} cannot be used: {detail}.</source>
        <translation>Die Aufteilung {path} ist nicht verwendbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>The split {path} tears apart what shows the same ground: {detail}.</source>
        <translation>Die Aufteilung {path} reißt auseinander, was denselben Boden zeigt: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/data.py" />
        <source>Put scenes of one group into one split, or give them parts that do not overlap.</source>
        <translation>Szenen einer Gruppe in denselben Teil legen oder ihnen Bereiche geben, die sich nicht überlappen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>No engine is running: {detail}.</source>
        <translation>Es läuft keine Engine: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>No WholeScene engine is installed where the plugin looks: {detail}.</source>
        <translation>Wo die Erweiterung sucht, ist keine WholeScene-Engine installiert: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>The engine did not start: {detail}.</source>
        <translation>Die Engine ist nicht gestartet: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>The connection to the engine was lost: {detail}.</source>
        <translation>Die Verbindung zur Engine ging verloren: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>An engine is running already (process {pid}, {path}).</source>
        <translation>Eine Engine läuft schon (Prozess {pid}, {path}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>Client and engine speak different protocols: client {client_protocol} ({client_version}), engine {engine_protocol} ({engine_version}).</source>
        <translation>Client und Engine sprechen verschiedene Protokolle: Client {client_protocol} ({client_version}), Engine {engine_protocol} ({engine_version}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>The engine that runs is of the release {engine_version}, and this client of {client_version}.</source>
        <translation>Die laufende Engine stammt aus der Version {engine_version}, dieser Client aus {client_version}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>The engine cannot listen at {address}: {detail}.</source>
        <translation>Die Engine kann nicht an {address} lauschen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>Give tcp://HOST:PORT, where HOST is an address of this machine or the name of a network interface.</source>
        <translation>tcp://HOST:PORT angeben, wobei HOST eine Adresse dieses Rechners oder der Name einer Netzwerkschnittstelle ist.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>The engine does not take this from a worker: {detail}.</source>
        <translation>Das nimmt die Engine von einem Arbeitsprozess nicht an: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>Start the worker group again; engine and workers have to come from the same release.</source>
        <translation>Die Gruppe der Arbeitsprozesse neu starten; Engine und Arbeitsprozesse müssen aus derselben Version stammen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>The message is not signed with this engine's key.</source>
        <translation>Die Nachricht ist nicht mit dem Schlüssel dieser Engine signiert.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>Read the connection file again; the engine may have been restarted.</source>
        <translation>Die Verbindungsdatei neu lesen; vielleicht wurde die Engine neu gestartet.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>The message was received before.</source>
        <translation>Die Nachricht kam schon einmal an.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>Connect again.</source>
        <translation>Neu verbinden.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>The message cannot be understood: {detail}.</source>
        <translation>Die Nachricht ist unverständlich: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>Client and engine have to come from the same release.</source>
        <translation>Client und Engine müssen aus derselben Version stammen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>The connection file {path} cannot be used: {detail}.</source>
        <translation>Die Verbindungsdatei {path} ist nicht verwendbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/engine.py" />
        <source>Stop the engine, remove the file and start the engine again.</source>
        <translation>Die Engine beenden, die Datei entfernen und die Engine neu starten.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>The evaluation cannot be run: {detail}.</source>
        <translation>Die Auswertung lässt sich nicht ausführen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>Correct the named option or field; docs/evaluation.md explains them all.</source>
        <translation>Die genannte Option oder das genannte Feld berichtigen; docs/evaluation.md erklärt alle.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>No class of the preset '{preset}' answers to these of '{dataset}': {classes}. The preset has: {known}.</source>
        <translation>Keine Klasse der Vorgabe „{preset}“ entspricht diesen von „{dataset}“: {classes}. Die Vorgabe hat: {known}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>Say what they are with --map NAME=CLASS, or leave their pixels out with --ignore NAME.</source>
        <translation>Mit --map NAME=KLASSE angeben, was sie sind, oder ihre Pixel mit --ignore NAME auslassen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>There is no class '{name}' in {owner}. Its classes: {known}.</source>
        <translation>In {owner} gibt es keine Klasse „{name}“. Klassen dort: {known}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>Use one of these names.</source>
        <translation>Einen dieser Namen nehmen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>There is no labelled scene to score: {detail}.</source>
        <translation>Es gibt keine Szene mit Labels, die sich bewerten ließe: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>Name another split with --split, or other scenes with --scenes.</source>
        <translation>Mit --split eine andere Aufteilung oder mit --scenes andere Szenen nennen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>The baseline {path} cannot be used: {detail}.</source>
        <translation>Die Vergleichsbasis {path} ist nicht verwendbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/evaluation.py" />
        <source>Correct the file; docs/evaluation.md shows its form.</source>
        <translation>Die Datei berichtigen; docs/evaluation.md zeigt ihre Form.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>No polygon of {path} lies on valid pixels of {scene}.</source>
        <translation>Kein Polygon von {path} liegt auf gültigen Pixeln von {scene}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>Check that scene and polygons belong together, and the CRS of both.</source>
        <translation>Prüfen, ob Szene und Polygone zusammengehören, und das KBS von beiden.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>{path} has none of the fields that classes are looked for in ({looked}). It has: {offered}.</source>
        <translation>{path} hat keines der Felder, in denen Klassen gesucht werden ({looked}). Vorhanden: {offered}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>Neither the preset '{preset}' nor the labels have the class(es) {names}. Known: {known}.</source>
        <translation>Weder die Vorgabe „{preset}“ noch die Labels haben: {names}. Bekannte Klassen: {known}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>Choose among these, or draw polygons of that class.</source>
        <translation>Unter diesen wählen oder Polygone dieser Klasse zeichnen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>The labels {path} hold the class(es) {names}, which the new preset is not to have.</source>
        <translation>Die Labels {path} enthalten Klassen, die die neue Vorgabe nicht haben soll: {names}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>These classes cannot become a preset's: {detail}.</source>
        <translation>Aus diesen Klassen können keine einer Vorgabe werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>All polygons are of the class {name}: from them a network would learn to say nothing else.</source>
        <translation>Alle Polygone sind von der Klasse {name}: Daraus lernte ein Netz, nichts anderes mehr zu sagen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>Draw polygons of another class too.</source>
        <translation>Auch Polygone einer anderen Klasse zeichnen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>There are too few labelled pixels to learn from: {counts}; a class needs at least {least}.</source>
        <translation>Zum Lernen gibt es zu wenige Pixel mit Labels: {counts}; eine Klasse braucht mindestens {least}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>Draw more or larger polygons of these classes, hold less out, or leave the classes out.</source>
        <translation>Mehr oder größere Polygone dieser Klassen zeichnen, weniger zurückhalten oder die Klassen auslassen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>No class has enough polygons to hold some out: nothing would tell whether the network got better.</source>
        <translation>Keine Klasse hat genug Polygone, um welche zurückzuhalten: Nichts würde zeigen, ob das Netz besser wurde.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/finetuning.py" />
        <source>The network got worse on what was held out: mean IoU {after} after, {before} before. Nothing was saved.</source>
        <translation>Auf dem Zurückgehaltenen wurde das Netz schlechter: mittlere IoU {after} nachher, {before} vorher. Nichts wurde gespeichert.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>{path} is not a whole bundle of WholeScene: {detail}.</source>
        <translation>{path} ist kein vollständiges Bundle von WholeScene: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Copy or download the file again; a bundle is one ZIP file with a bundle.json in it.</source>
        <translation>Die Datei neu kopieren oder herunterladen; ein Bundle ist eine einzige ZIP-Datei mit einer bundle.json darin.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>The bundle {path} was made for {bundle}, and this machine is {here}.</source>
        <translation>Das Bundle {path} ist für {bundle} gemacht, dieser Rechner aber ist {here}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Get the bundle that was made for {here}.</source>
        <translation>Das Bundle nehmen, das für {here} gemacht ist.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>{name} of the bundle could not be written to {folder}: {detail}.</source>
        <translation>{name} aus dem Bundle konnte nicht nach {folder} geschrieben werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Make room there or choose another folder, and try again; what is there already is kept.</source>
        <translation>Dort Platz schaffen oder einen anderen Ordner wählen und erneut versuchen; was schon da ist, bleibt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>The engine needs a 64-bit Python, version {oldest} to {newest}, and none was found: {detail}.</source>
        <translation>Die Engine braucht ein 64-Bit-Python, Version {oldest} bis {newest}, und keines wurde gefunden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Install one (python.org, or your system's packages), or take a bundle file, which brings its own.</source>
        <translation>Eines installieren (python.org oder die Pakete des Systems) oder eine Bundle-Datei nehmen, die ihr eigenes mitbringt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>{path} cannot make an environment for the engine: {detail}.</source>
        <translation>{path} kann keine Umgebung für die Engine anlegen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Choose another Python. On Debian and Ubuntu the package python3-venv may be missing.</source>
        <translation>Ein anderes Python wählen. Unter Debian und Ubuntu fehlt vielleicht das Paket python3-venv.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>There is no room for the engine in {folder}: {need} are needed, {free} are free.</source>
        <translation>In {folder} ist kein Platz für die Engine: {need} sind nötig, {free} sind frei.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Make room there and install again; what has been downloaded is kept.</source>
        <translation>Dort Platz schaffen und erneut installieren; was heruntergeladen wurde, bleibt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>The engine's folder {folder} cannot be written: {detail}.</source>
        <translation>In den Ordner der Engine, {folder}, kann nicht geschrieben werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Check its permissions, and whether a program has a file of it open; then install again.</source>
        <translation>Seine Berechtigungen prüfen, und ob ein Programm eine Datei daraus geöffnet hat; dann erneut installieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>{host} cannot be reached: {detail}.</source>
        <translation>{host} ist nicht erreichbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Check the network, and the proxy in QGIS's settings (Options &gt; Network); then install again, which goes on where it stopped. Without a network, install from a bundle file.</source>
        <translation>Das Netzwerk prüfen und den Proxy in den Einstellungen von QGIS (Optionen &gt; Netzwerk); dann erneut installieren, es geht weiter, wo es anhielt. Ohne Netzwerk aus einer Bundle-Datei installieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>The certificate that {host} shows is not trusted: {detail}.</source>
        <translation>{host} zeigt ein Zertifikat vor, das nicht vertrauenswürdig ist: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>A proxy may stand in between. Add its certificate authority in QGIS (Options &gt; Authentication &gt; Manage Certificates), or ask whoever runs the network; or install from a bundle file.</source>
        <translation>Vielleicht steht ein Proxy dazwischen. Dessen Zertifizierungsstelle in QGIS hinzufügen (Optionen &gt; Authentifizierung &gt; Zertifikate verwalten) oder die Netzwerkverwaltung fragen; oder aus einer Bundle-Datei installieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>{host} answered with a web page where the file {name} was expected.</source>
        <translation>{host} hat mit einer Webseite geantwortet, wo die Datei {name} erwartet wurde.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Often a proxy or a network's log-in page answers in its place: open a web page in the browser, log in, and install again; or install from a bundle file.</source>
        <translation>Oft antwortet stattdessen ein Proxy oder die Anmeldeseite eines Netzwerks: im Browser eine Webseite öffnen, sich anmelden und erneut installieren; oder aus einer Bundle-Datei installieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>{host} does not hand out {name}: {detail}.</source>
        <translation>{host} gibt {name} nicht heraus: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Choose another source of packages, or install from a bundle file.</source>
        <translation>Eine andere Paketquelle wählen oder aus einer Bundle-Datei installieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>{name} is not what was expected: its SHA-256 is {found}, not {expected}.</source>
        <translation>{name} ist nicht, was erwartet wurde: SHA-256 ist {found}, nicht {expected}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>It was deleted. Install again; if it comes back, something on the way changes files: ask your network.</source>
        <translation>Die Datei wurde gelöscht. Erneut installieren; kommt es wieder vor, verändert etwas unterwegs Dateien: die Netzwerkverwaltung fragen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>The source of packages has no {package} that fits {python}: {detail}.</source>
        <translation>Die Paketquelle hat kein {package}, das zu {python} passt: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Choose another Python or another source of packages, or install from a bundle file.</source>
        <translation>Ein anderes Python oder eine andere Paketquelle wählen oder aus einer Bundle-Datei installieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>The CPU build of PyTorch was expected, but the source of packages offers {found} only.</source>
        <translation>Erwartet war der CPU-Build von PyTorch, aber die Paketquelle bietet nur {found}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Choose the internet as the source, the CUDA build, or install from a bundle file.</source>
        <translation>Das Internet als Quelle oder den CUDA-Build wählen oder aus einer Bundle-Datei installieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Another program has {path} open: {detail}.</source>
        <translation>Ein anderes Programm hat {path} geöffnet: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>An antivirus program often does so for a while. Close what uses it, or wait, and try again.</source>
        <translation>Oft tut das ein Virenscanner eine Weile lang. Schließen, was die Datei benutzt, oder warten und erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Another QGIS of this account is installing the engine into {folder}.</source>
        <translation>Ein anderes QGIS dieses Kontos installiert gerade die Engine nach {folder}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Wait for it, or cancel it there.</source>
        <translation>Darauf warten oder dort abbrechen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>{source} holds WholeScene {found}, but this plugin needs {expected}.</source>
        <translation>{source} enthält WholeScene {found}, diese Erweiterung braucht aber {expected}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Take a bundle of the plugin's release, or update the plugin.</source>
        <translation>Ein Bundle aus der Version der Erweiterung nehmen oder die Erweiterung aktualisieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>The engine was installed but does not work: {detail}.</source>
        <translation>Die Engine wurde installiert, funktioniert aber nicht: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>It was not registered. Install again to repair it; on Windows the Visual C++ runtime may be missing.</source>
        <translation>Sie wurde nicht eingetragen. Zum Reparieren erneut installieren; unter Windows fehlt vielleicht die Visual-C++-Laufzeitumgebung.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>The installation stopped: {detail}.</source>
        <translation>Die Installation hielt an: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/installing.py" />
        <source>Install again: it goes on where it stopped.</source>
        <translation>Erneut installieren: Es geht weiter, wo es anhielt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/models.py" />
        <source>{path} cannot be read as a preset: {detail}.</source>
        <translation>{path} ist nicht als Vorgabe lesbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/models.py" />
        <source>Choose the folder that has a preset.json in it, or a ZIP of that folder.</source>
        <translation>Den Ordner wählen, in dem eine preset.json liegt, oder ein ZIP dieses Ordners.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/models.py" />
        <source>{path} holds the entry {entry}, which a preset never needs: {detail}. Nothing of it was written.</source>
        <translation>{path} enthält den Eintrag {entry}, den eine Vorgabe nie braucht: {detail}. Nichts davon wurde geschrieben.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/models.py" />
        <source>Do not unpack this file with other software either; get the preset from whoever made it.</source>
        <translation>Diese Datei auch nicht mit anderer Software entpacken; die Vorgabe von denen beziehen, die sie erstellt haben.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/models.py" />
        <source>{path} would take {size} unpacked; expected are at most {limit}. Nothing of it was written.</source>
        <translation>{path} wäre entpackt {size} groß; erwartet werden höchstens {limit}. Nichts davon wurde geschrieben.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/models.py" />
        <source>Unpack it yourself if you trust it, look at it, and choose the folder with its preset.json.</source>
        <translation>Ist die Datei vertrauenswürdig, sie selbst entpacken, ansehen und den Ordner mit ihrer preset.json wählen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/models.py" />
        <source>These colours cannot be given to the preset '{preset}': {detail}.</source>
        <translation>Diese Farben kann die Vorgabe „{preset}“ nicht bekommen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>The scene has {millions} million pixels; '{preset}' was scored on scenes of up to {validated} million.</source>
        <translation>Die Szene hat {millions} Mio. Pixel; „{preset}“ wurde auf Szenen bis {validated} Mio. bewertet.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>Look at the map before you use it, or treat an area as a scene of its own.</source>
        <translation>Die Karte vor dem Gebrauch ansehen oder ein Gebiet als eigene Szene behandeln.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>Pixels of {size} m are far coarser than the {low} to {high} m that the preset '{preset}' knows: what it looks for may not be visible.</source>
        <translation>Pixel von {size} m sind weit gröber als die {low} bis {high} m, die die Vorgabe „{preset}“ kennt: Was sie sucht, ist vielleicht nicht zu sehen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>Choose another preset or a finer scene.</source>
        <translation>Eine andere Vorgabe oder eine feinere Szene wählen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>Pixels of {size} m are brought to {low} m, the finest that the preset '{preset}' knows: details are lost.</source>
        <translation>Pixel von {size} m werden auf {low} m gebracht, das Feinste, was die Vorgabe „{preset}“ kennt: Einzelheiten gehen verloren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>Choose another preset if they matter.</source>
        <translation>Eine andere Vorgabe wählen, wenn sie wichtig sind.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>The scene has no georeference: that its pixels have {low} to {high} m, as the preset '{preset}' expects, cannot be seen.</source>
        <translation>Die Szene ist nicht georeferenziert: Ob ihre Pixel {low} bis {high} m messen, wie es die Vorgabe „{preset}“ erwartet, ist nicht zu erkennen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>Georeference it, or make sure that it is so.</source>
        <translation>Sie georeferenzieren oder sicherstellen, dass es so ist.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>{share} % of the values of band {band} lie outside of {low} to {high}, which the preset '{preset}' was trained on; most are from {found_low} to {found_high}.</source>
        <translation>{share} % der Werte von Kanal {band} liegen außerhalb von {low} bis {high}, womit die Vorgabe „{preset}“ trainiert wurde; die meisten liegen zwischen {found_low} und {found_high}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>The values of band {band} run from {found_low} to {found_high}, hardly any of the {low} to {high} that the preset '{preset}' was trained on.</source>
        <translation>Die Werte von Kanal {band} gehen von {found_low} bis {found_high}, kaum etwas von {low} bis {high}, womit die Vorgabe „{preset}“ trainiert wurde.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>Band {band} of the scene serves as several bands of the preset '{preset}'.</source>
        <translation>Kanal {band} der Szene dient als mehrere Kanäle der Vorgabe „{preset}“.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>Check the bands.</source>
        <translation>Die Kanäle prüfen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>Until then processors compute.</source>
        <translation>Bis dahin rechnen Prozessoren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>A later question took the place of this one.</source>
        <translation>Eine spätere Frage trat an die Stelle von dieser.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>The estimate was not found: {detail}.</source>
        <translation>Die Schätzung gelang nicht: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/notices.py" />
        <source>The job can be started all the same; ask again for an estimate.</source>
        <translation>Der Auftrag lässt sich trotzdem starten; die Schätzung kann neu verlangt werden.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>ONNX models need the package onnxruntime, which is not there ({detail}).</source>
        <translation>ONNX-Modelle brauchen das Paket onnxruntime, das nicht da ist ({detail}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>Install it into the engine's environment: pip install onnxruntime.</source>
        <translation>In die Umgebung der Engine installieren: pip install onnxruntime.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>{path} cannot be run as an ONNX model: {detail}.</source>
        <translation>{path} lässt sich nicht als ONNX-Modell ausführen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>Export it again, in one file, with operators that ONNX Runtime knows.</source>
        <translation>Noch einmal exportieren, in eine einzige Datei, mit Operatoren, die ONNX Runtime kennt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>{path} is a model of the kind {kind}; only models that segment can be used.</source>
        <translation>{path} ist ein Modell der Art {kind}; verwendbar sind nur Modelle, die segmentieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>Import a model of the kind Segmentor.</source>
        <translation>Ein Modell der Art Segmentor importieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>{path} has {found}; expected is {expected}.</source>
        <translation>{path} hat {found}; erwartet wird {expected}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>Export it with one input of batch, bands, height and width, and one output of as many pixels.</source>
        <translation>Mit einer Eingabe aus Stapel, Kanälen, Höhe und Breite exportieren, und mit einer Ausgabe von ebenso vielen Pixeln.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>{path} leaves open how many {axes} it takes.</source>
        <translation>{path} lässt offen, wie viel es entgegennimmt ({axes}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>The file {path} does not say how it wants to be used: {detail}.</source>
        <translation>Die Datei {path} sagt nicht, wie sie verwendet sein will: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>The model of the preset '{preset}' should give probabilities, but gave {value}.</source>
        <translation>Das Modell der Vorgabe „{preset}“ sollte Wahrscheinlichkeiten liefern, lieferte aber {value}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>The preset '{preset}' is an ONNX model, which nobody can run over a whole scene at once.</source>
        <translation>Die Vorgabe „{preset}“ ist ein ONNX-Modell, das niemand über eine ganze Szene auf einmal rechnen kann.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/onnx.py" />
        <source>Segment window by window (mode crop), knowing that the windows may show in the map.</source>
        <translation>Fenster für Fenster segmentieren (Modus crop), im Wissen, dass die Fenster in der Karte zu sehen sein können.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>The engine's machine has no file {path} that it can read ({detail}).</source>
        <translation>Der Rechner der Engine hat keine Datei {path}, die er lesen kann ({detail}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Check how folders of this machine are mapped to folders there, or let the file be sent.</source>
        <translation>Prüfen, wie Ordner dieses Rechners denen dort zugeordnet sind, oder die Datei senden lassen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>A file cannot be kept on the engine's machine under the name {name}: {detail}.</source>
        <translation>Auf dem Rechner der Engine kann keine Datei unter dem Namen {name} aufbewahrt werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Rename the file; a plain name of at most {most} bytes is expected.</source>
        <translation>Die Datei umbenennen; erwartet wird ein schlichter Name von höchstens {most} Bytes.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>The disk of the engine's machine has no room for {name} ({needed_mb} MB needed, {free_mb} MB free).</source>
        <translation>Auf dem Laufwerk des Rechners der Engine ist kein Platz für {name} ({needed_mb} MB nötig, {free_mb} MB frei).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Free some space in {path} there, then send the file again: what has arrived is kept.</source>
        <translation>Dort in {path} Platz schaffen, dann die Datei noch einmal senden: Was angekommen ist, bleibt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>The engine's machine cannot write {path}: {detail}.</source>
        <translation>Der Rechner der Engine kann {path} nicht schreiben: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>See that the folder can be written there, then send the file again: what has arrived is kept.</source>
        <translation>Dafür sorgen, dass dort in den Ordner geschrieben werden kann, dann die Datei noch einmal senden: Was angekommen ist, bleibt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>The engine keeps no files of its clients: {detail}.</source>
        <translation>Die Engine bewahrt keine Dateien ihrer Clients auf: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>See that the engine's data folder can be written on its machine, and start the engine again.</source>
        <translation>Dafür sorgen, dass auf ihrem Rechner in den Datenordner der Engine geschrieben werden kann, und die Engine neu starten.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>The engine does not expect a part of {name} now.</source>
        <translation>Die Engine erwartet jetzt keinen Teil von {name}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Send the file again from where it stopped; the engine may have been started anew meanwhile.</source>
        <translation>Die Datei von dort an weiter senden, wo es aufhörte; vielleicht wurde die Engine inzwischen neu gestartet.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>The engine has {have} bytes of {name}; a part at {offset} does not go on from there.</source>
        <translation>Die Engine hat {have} Bytes von {name}; ein Teil ab {offset} setzt das nicht fort.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Go on from where the file ends there.</source>
        <translation>Dort weitermachen, wo die Datei drüben endet.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>{name} is not complete on the engine's machine: {have} of {size} bytes are there.</source>
        <translation>{name} ist auf dem Rechner der Engine nicht vollständig: {have} von {size} Bytes sind da.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Send the rest of the file.</source>
        <translation>Den Rest der Datei senden.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>{name} did not arrive as it was sent: its SHA-256 is {found} instead of {expected}.</source>
        <translation>{name} kam nicht so an, wie es gesendet wurde: SHA-256 ist {found} statt {expected}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Try again; nothing of it was kept. The file may have been changed while it was under way.</source>
        <translation>Erneut versuchen; nichts davon wurde behalten. Vielleicht wurde die Datei verändert, während sie unterwegs war.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>The engine's machine has another file {name} in the same set already.</source>
        <translation>Der Rechner der Engine hat im selben Satz schon eine andere Datei {name}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Send the file under another set; the scene has probably been changed since it was sent.</source>
        <translation>Die Datei in einem anderen Satz senden; wahrscheinlich wurde die Szene seit dem Senden verändert.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>The job {job} still needs these files on the engine's machine.</source>
        <translation>Der Auftrag {job} braucht diese Dateien auf dem Rechner der Engine noch.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Wait for its end, or cancel it.</source>
        <translation>Auf sein Ende warten oder ihn abbrechen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>The job {job} has no files to fetch: {detail}.</source>
        <translation>Der Auftrag {job} hat keine Dateien zum Holen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/remote.py" />
        <source>Only what a finished job has written, and what is still where it was written, can be fetched.</source>
        <translation>Nur was ein fertiger Auftrag geschrieben hat und was noch dort liegt, lässt sich holen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>The request is not valid: {detail}.</source>
        <translation>Die Anfrage ist ungültig: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Correct the named field and send it again.</source>
        <translation>Das genannte Feld berichtigen und die Anfrage neu senden.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>There is no preset named '{name}'. Known: {known}.</source>
        <translation>Es gibt keine Vorgabe namens „{name}“. Bekannt: {known}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Choose one of these, or add a preset folder.</source>
        <translation>Eine davon wählen oder einen Vorgabenordner hinzufügen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>The preset file {path} cannot be used: {detail}.</source>
        <translation>Die Vorgabedatei {path} ist nicht verwendbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Correct the file or take the preset folder away.</source>
        <translation>Die Datei berichtigen oder den Vorgabenordner entfernen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>An encoder of {package} needs that package, which cannot be imported ({detail}).</source>
        <translation>Ein Encoder von {package} braucht dieses Paket, das sich nicht importieren lässt ({detail}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Install it into the engine's environment: pip install wholescene[backbones].</source>
        <translation>In die Umgebung der Engine installieren: pip install wholescene[backbones].</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>The preset '{name}' comes without weights: {reason}.</source>
        <translation>Die Vorgabe „{name}“ kommt ohne Gewichte: {reason}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>The weights {path} are not the ones the preset names: SHA-256 is {actual}, expected {expected}.</source>
        <translation>Die Gewichte {path} sind nicht die, die die Vorgabe nennt: SHA-256 ist {actual}, erwartet war {expected}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Fetch or import the weights again; the file may be truncated or changed.</source>
        <translation>Die Gewichte neu laden oder importieren; vielleicht ist die Datei abgeschnitten oder verändert.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>There is a preset folder at {path} already.</source>
        <translation>Den Vorgabenordner {path} gibt es schon.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Choose another name, or take that folder away first.</source>
        <translation>Einen anderen Namen wählen oder zuerst diesen Ordner entfernen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>{path} cannot be read as a checkpoint: {detail}.</source>
        <translation>{path} ist nicht als Checkpoint lesbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Download it again; it has to be a file of torch.save, by torch 1.6 or later, that holds a state_dict.</source>
        <translation>Neu herunterladen; es muss eine Datei von torch.save sein, ab torch 1.6, die ein state_dict enthält.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>{path} asks for {name}, which weights never need. Nothing in it was run.</source>
        <translation>{path} verlangt {name}, was Gewichte nie brauchen. Nichts darin wurde ausgeführt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Do not open this file with other software either; get the weights from their authors.</source>
        <translation>Diese Datei auch nicht mit anderer Software öffnen; die Gewichte von ihren Autoren beziehen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>The weights in {path} do not fit a network that can be imported: {detail}.</source>
        <translation>Die Gewichte in {path} passen zu keinem Netz, das importiert werden kann: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>The preset '{preset}' has no whole-scene attention (SPIM) at stage(s) {stages}; it has it at {offered}.</source>
        <translation>Die Vorgabe „{preset}“ hat an Stufe {stages} keine Aufmerksamkeit über die ganze Szene (SPIM); sie hat sie an {offered}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Choose among these stages, or another preset.</source>
        <translation>Unter diesen Stufen wählen oder eine andere Vorgabe nehmen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>{heads} heads do not divide the {channels} channels of stage {stage} evenly.</source>
        <translation>{heads} Köpfe teilen die {channels} Kanäle von Stufe {stage} nicht gleichmäßig.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Choose one of {divisors}.</source>
        <translation>Eine dieser Zahlen wählen: {divisors}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Attention cannot stay within regions: {detail}.</source>
        <translation>Die Aufmerksamkeit kann nicht innerhalb von Regionen bleiben: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>The network of the preset '{preset}' ({encoder}) does not fuse crops with coarse views of the scene.</source>
        <translation>Das Netz der Vorgabe „{preset}“ ({encoder}) verbindet keine Ausschnitte mit groben Ansichten der Szene.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>Choose a preset whose encoder is one of {known}, or leave the mode away.</source>
        <translation>Eine Vorgabe wählen, deren Encoder einer von {known} ist, oder den Modus weglassen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/request.py" />
        <source>The licence of these weights was not accepted: {licence}.</source>
        <translation>Die Lizenz dieser Gewichte wurde nicht angenommen: {licence}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>{path} exists already.</source>
        <translation>{path} gibt es schon.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>{path} cannot be written: {detail}.</source>
        <translation>{path} kann nicht geschrieben werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Choose a folder that exists and that you may write to.</source>
        <translation>Einen vorhandenen Ordner mit Schreibberechtigung wählen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>The output {path} is one of the inputs.</source>
        <translation>Die Ausgabe {path} ist eine der Eingaben.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Choose another name.</source>
        <translation>Einen anderen Namen wählen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>The disk under {path} is full ({free_mb} MB free, about {needed_mb} MB needed).</source>
        <translation>Das Laufwerk unter {path} ist voll ({free_mb} MB frei, etwa {needed_mb} MB nötig).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Free some space or choose another folder. Nothing was left behind.</source>
        <translation>Platz schaffen oder einen anderen Ordner wählen. Es blieb nichts zurück.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>{path} cannot take corrections: {detail}.</source>
        <translation>{path} kann keine Korrekturen aufnehmen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Rename that file or move it away; a new one is made beside the map.</source>
        <translation>Diese Datei umbenennen oder verschieben; neben der Karte wird eine neue angelegt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>The layer '{layer}' has changes that are not saved yet.</source>
        <translation>Der Layer „{layer}“ hat noch nicht gespeicherte Änderungen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Save or discard them in QGIS first.</source>
        <translation>Sie zuerst in QGIS speichern oder verwerfen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>The patch has more than {pixels} pixels: too many to be corrected as one.</source>
        <translation>Die Teilfläche hat mehr als {pixels} Pixel: zu viele, um sie als Ganzes zu korrigieren.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Draw a polygon instead.</source>
        <translation>Stattdessen ein Polygon zeichnen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>{path} was not written by a run of WholeScene, or was changed since.</source>
        <translation>{path} wurde nicht von einem Lauf von WholeScene geschrieben oder seitdem verändert.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Delete it by hand if you no longer need it.</source>
        <translation>Bei Bedarf von Hand löschen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>{path} cannot be deleted: {detail}. Nothing was deleted.</source>
        <translation>{path} kann nicht gelöscht werden: {detail}. Nichts wurde gelöscht.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Close the program that has it open, then try again.</source>
        <translation>Das Programm schließen, das die Datei geöffnet hat, dann erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>{path} is not a class map: its pixels are no class values of 8 bits in one band.</source>
        <translation>{path} ist keine Klassenkarte: Die Pixel sind keine Klassenwerte mit 8 Bit in einem Kanal.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Choose the map of a finished job, or another raster of classes.</source>
        <translation>Die Karte eines fertigen Auftrags oder ein anderes Klassenraster wählen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>{path} has no georeference, so nobody knows how large its pixels are on the ground.</source>
        <translation>{path} ist nicht georeferenziert, niemand weiß also, wie groß die Pixel am Boden sind.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Give it one, or set the minimum mapping unit to 0.</source>
        <translation>Das Raster georeferenzieren oder die Mindestkartierfläche auf 0 setzen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>{path} falls into too many small patches: {patches} or more; at most {most} can be handled at once.</source>
        <translation>{path} zerfällt in zu viele kleine Teilflächen: {patches} oder mehr; auf einmal gehen höchstens {most}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Set a minimum mapping unit for polygons, or work on a part of the map.</source>
        <translation>Eine Mindestkartierfläche für Polygone setzen oder mit einem Teil der Karte arbeiten.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>The polygons cannot be appended to the layer '{layer}': {detail}.</source>
        <translation>Die Polygone können nicht an den Layer „{layer}“ angehängt werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Choose another layer, or write them to a new GeoPackage. Nothing was appended.</source>
        <translation>Einen anderen Layer wählen oder sie in ein neues GeoPackage schreiben. Nichts wurde angehängt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>There is no field '{field}' to fill the layer '{layer}' with. There are: {offered}.</source>
        <translation>Es gibt kein Feld „{field}“, um den Layer „{layer}“ zu füllen. Vorhanden: {offered}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Correct the mapping of fields.</source>
        <translation>Die Zuordnung der Felder berichtigen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>The Processing plugin of QGIS is switched off, which this needs.</source>
        <translation>Die Erweiterung „Processing“ (Verarbeitung) von QGIS ist ausgeschaltet, wird hierfür aber gebraucht.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/result.py" />
        <source>Switch it on under Plugins &gt; Manage and Install Plugins.</source>
        <translation>Sie unter Erweiterungen &gt; Erweiterungen verwalten und installieren einschalten.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>There is no file at {path}.</source>
        <translation>Bei {path} ist keine Datei.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Check the path.</source>
        <translation>Den Pfad prüfen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>{path} is not a raster that GDAL can read: {detail}.</source>
        <translation>{path} ist kein Raster, das GDAL lesen kann: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Check that the file is complete and of a raster format.</source>
        <translation>Prüfen, ob die Datei vollständig und in einem Rasterformat ist.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>{path} is damaged or cut off: reading rows {first_row}-{last_row} failed ({detail}).</source>
        <translation>{path} ist beschädigt oder abgeschnitten: Das Lesen der Zeilen {first_row}-{last_row} misslang ({detail}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Copy or download the file again.</source>
        <translation>Die Datei neu kopieren oder herunterladen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>{path} holds several rasters: {names}.</source>
        <translation>{path} enthält mehrere Raster: {names}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Name one of them.</source>
        <translation>Eines davon nennen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>{path} does not lie on the grid of {first}: {detail}.</source>
        <translation>{path} liegt nicht auf dem Gitter von {first}: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Bands of one scene need the same size, position and CRS; align them first.</source>
        <translation>Kanäle einer Szene brauchen gleiche Größe, gleiche Lage und gleiches KBS; zuerst aneinander ausrichten.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>The preset '{preset}' needs {expected} band(s) ({names}); the scene offers {actual}: {offered}.</source>
        <translation>Zahl der Kanäle: Die Vorgabe „{preset}“ braucht {expected} ({names}), die Szene bietet {actual}: {offered}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>The scene has no band '{band}'. It has: {offered}.</source>
        <translation>Die Szene hat keinen Kanal „{band}“. Vorhanden: {offered}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Use one of these names or a number from 1.</source>
        <translation>Einen dieser Namen oder eine Nummer ab 1 nehmen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>{path} holds no valid pixel: everything is nodata, NaN or masked.</source>
        <translation>{path} enthält kein gültiges Pixel: Alles ist NoData, NaN oder maskiert.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Check the nodata value and the mask of the file.</source>
        <translation>Den Leerwert (NoData) und die Maske der Datei prüfen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>{path} stores {dtype} values; the engine reads integers and real floats.</source>
        <translation>{path} speichert {dtype}-Werte; die Engine liest ganze und reelle Zahlen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Convert the raster first, for example with gdal_translate -ot Float32.</source>
        <translation>Das Raster zuerst umwandeln, zum Beispiel mit gdal_translate -ot Float32.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>The layer '{layer}' ({provider}) has no raster file behind it.</source>
        <translation>Hinter dem Layer „{layer}“ ({provider}) steht keine Rasterdatei.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>A snapshot would have {width} x {height} pixels of {size} m; no more than {most} x {most} are asked of a server at one time.</source>
        <translation>Ein Kartenausschnitt hätte {width} x {height} Pixel von {size} m; mehr als {most} x {most} werden von einem Server nicht auf einmal verlangt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Choose a smaller extent.</source>
        <translation>Eine kleinere Ausdehnung wählen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>No snapshot of '{layer}' could be saved: {detail}.</source>
        <translation>Von „{layer}“ konnte kein Kartenausschnitt gespeichert werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Look whether the layer is drawn there, and try again.</source>
        <translation>Nachsehen, ob der Layer dort gezeichnet wird, und erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>The extent {extent} has no area.</source>
        <translation>Die Ausdehnung {extent} hat keine Fläche.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Give xmin,ymin,xmax,ymax with xmin &lt; xmax and ymin &lt; ymax.</source>
        <translation>xmin,ymin,xmax,ymax mit xmin &lt; xmax und ymin &lt; ymax angeben.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>The extent {extent} does not touch the scene, which covers {scene}.</source>
        <translation>Die Ausdehnung {extent} berührt die Szene nicht; diese bedeckt {scene}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Choose an extent inside the scene, and check its CRS.</source>
        <translation>Eine Ausdehnung innerhalb der Szene wählen und ihr KBS prüfen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>No pixel of the scene lies inside the mask ({mask}). The scene covers {scene}.</source>
        <translation>Kein Pixel der Szene liegt innerhalb der Maske ({mask}). Die Szene bedeckt {scene}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Choose polygons on the scene, and check their CRS.</source>
        <translation>Polygone auf der Szene wählen und ihr KBS prüfen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>The polygons of '{layer}' have more than {most} corners: too many to be sent.</source>
        <translation>Die Polygone von „{layer}“ haben mehr als {most} Ecken: zu viele, um gesendet zu werden.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Select some of them, or simplify the layer first (Vector &gt; Geometry Tools &gt; Simplify).</source>
        <translation>Einige davon auswählen oder den Layer zuerst vereinfachen (Vektor &gt; Geometrie-Werkzeuge &gt; Vereinfachen).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>The point {point} lies outside of the scene, which covers {scene}.</source>
        <translation>Der Punkt {point} liegt außerhalb der Szene; diese bedeckt {scene}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Choose a point inside the scene, and check its CRS.</source>
        <translation>Einen Punkt innerhalb der Szene wählen und sein KBS prüfen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>The coordinate reference system '{crs}' is not known.</source>
        <translation>Das Koordinatenbezugssystem „{crs}“ ist unbekannt.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>Use an EPSG code such as EPSG:32618, or WKT.</source>
        <translation>Einen EPSG-Code wie EPSG:32618 oder WKT nehmen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/scene.py" />
        <source>{path} cannot serve as the output grid: {detail}.</source>
        <translation>{path} kann nicht als Ausgabegitter dienen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>There is no ssh program on this machine; it was looked for on the PATH.</source>
        <translation>Auf diesem Rechner gibt es kein Programm ssh; gesucht wurde es im PATH.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Install OpenSSH's client (on Windows: Settings &gt; Optional features &gt; OpenSSH Client).</source>
        <translation>Den Client von OpenSSH installieren (unter Windows: Einstellungen &gt; Optionale Features &gt; OpenSSH-Client).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>'{destination}' does not name a machine: user@host, host, or a name of your ssh configuration is expected.</source>
        <translation>„{destination}“ bezeichnet keinen Rechner: Erwartet wird user@host, host oder ein Name aus der ssh-Konfiguration.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Correct the name of the machine.</source>
        <translation>Den Namen des Rechners berichtigen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>{host} was not entered: the key {key} has a passphrase, and no agent holds it unlocked.</source>
        <translation>Kein Zugang zu {host}: Der Schlüssel {key} hat eine Passphrase, und kein Agent hält ihn entsperrt bereit.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Type once in a terminal: ssh-add {key}</source>
        <translation>Einmal in einem Terminal eingeben: ssh-add {key}</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>{host} does not let you in: it accepts none of the keys that ssh offers ({detail}).</source>
        <translation>{host} gewährt keinen Zugang: Keiner der Schlüssel, die ssh anbietet, wird angenommen ({detail}).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Check user name and key file; a machine that asks for a password needs a key first (ssh-copy-id).</source>
        <translation>Benutzernamen und Schlüsseldatei prüfen; ein Rechner, der ein Passwort verlangt, braucht zuerst einen Schlüssel (ssh-copy-id).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>The machine {host} is not known to ssh yet, so nobody has checked that it is the right one.</source>
        <translation>Der Rechner {host} ist ssh noch nicht bekannt; also hat niemand geprüft, ob es der richtige ist.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Type once in a terminal, and compare the fingerprint that it shows: {command}</source>
        <translation>Einmal in einem Terminal eingeben und den angezeigten Fingerabdruck vergleichen: {command}</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>{host} shows another host key than the one that ssh knows: somebody may be in between.</source>
        <translation>{host} zeigt einen anderen Hostschlüssel, als ssh kennt: Vielleicht ist jemand dazwischen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Ask who runs it. If it was set up anew, remove the old key in a terminal: {command}</source>
        <translation>Bei denen nachfragen, die ihn betreiben. Wurde er neu eingerichtet, den alten Schlüssel in einem Terminal entfernen: {command}</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>{host} cannot be reached over SSH: {detail}.</source>
        <translation>{host} ist über SSH nicht erreichbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Check its name, the port and the network (VPN), and that it is switched on.</source>
        <translation>Seinen Namen, den Port und das Netzwerk (VPN) prüfen, und ob er eingeschaltet ist.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>{host} was reached, but there is no engine: {detail}.</source>
        <translation>{host} wurde erreicht, aber eine Engine ist dort nicht: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Install WholeScene there, or name the command that starts it.</source>
        <translation>WholeScene dort installieren oder den Befehl nennen, der es startet.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>The engine on {host} did not start: {detail}.</source>
        <translation>Die Engine auf {host} ist nicht gestartet: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Log in there and start it by hand to see why; both sides have to come from the same release.</source>
        <translation>Sich dort anmelden und sie von Hand starten, um den Grund zu sehen; beide Seiten müssen aus derselben Version stammen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>{host} was reached, but its port cannot be forwarded: {detail}.</source>
        <translation>{host} wurde erreicht, aber der Port lässt sich nicht weiterleiten: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Its SSH server has to allow TCP forwarding (AllowTcpForwarding).</source>
        <translation>Der SSH-Server dort muss TCP-Weiterleitung erlauben (AllowTcpForwarding).</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>{source} cannot be sent to {host}: {detail}.</source>
        <translation>{source} kann nicht an {host} gesendet werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Save it as a GeoTIFF, or let the path map name a folder that both machines see.</source>
        <translation>Als GeoTIFF speichern oder bei den Ordnern, die beide Rechner sehen, einen passenden eintragen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>The scene is not on {host} yet.</source>
        <translation>Die Szene ist noch nicht auf {host}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>What it takes is told once it was sent.</source>
        <translation>Wie viel Zeit und Speicher sie braucht, steht hier, sobald sie gesendet ist.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>{path} was changed while it was sent.</source>
        <translation>{path} wurde während des Sendens verändert.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Wait until the program that writes it has finished, then try again.</source>
        <translation>Warten, bis das Programm, das die Datei schreibt, fertig ist, dann erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>{host} answers something that cannot be right: {detail}.</source>
        <translation>{host} antwortet etwas, das nicht stimmen kann: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/ssh.py" />
        <source>Nothing of it was kept. Plugin and engine have to come from the same release; try again.</source>
        <translation>Nichts davon wurde behalten. Erweiterung und Engine müssen aus derselben Version stammen; erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>The configuration {path} cannot be used: {detail}.</source>
        <translation>Die Konfiguration {path} ist nicht verwendbar: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Correct the named field; docs/training.md explains them all.</source>
        <translation>Das genannte Feld berichtigen; docs/training.md erklärt alle.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>The loss was {loss} at step {step} (stage '{stage}'), on {scenes}.</source>
        <translation>Der Verlust war {loss} in Schritt {step} (Phase „{stage}“), auf {scenes}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Lower the rate, warm up longer, limit gradients (largest_gradient), or look at these scenes.</source>
        <translation>Die Lernrate senken, länger aufwärmen, die Gradienten begrenzen (largest_gradient) oder diese Szenen ansehen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>The gradients were no numbers at step {step} (stage '{stage}'), on {scenes}; the loss was {loss}.</source>
        <translation>Die Gradienten waren in Schritt {step} (Phase „{stage}“) keine Zahlen, auf {scenes}; der Verlust war {loss}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Lower the rate, warm up longer, take precision = "bf16" or "float32", or look at these scenes.</source>
        <translation>Die Lernrate senken, länger aufwärmen, precision = "bf16" oder "float32" nehmen oder diese Szenen ansehen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>No pixel of the training scenes is of class {classes}.</source>
        <translation>Kein Pixel der Trainingsszenen ist von der Klasse {classes}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Add scenes that show it, or take the class out of the data description.</source>
        <translation>Szenen hinzufügen, die sie zeigen, oder die Klasse aus der Datenbeschreibung nehmen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>The scene '{scene}' has the train id {label}, but there are only {classes} classes.</source>
        <translation>Die Szene „{scene}“ hat die Trainings-ID {label}, es gibt aber nur {classes} Klassen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Correct the labels, or add the class to the data description.</source>
        <translation>Die Labels berichtigen oder die Klasse zur Datenbeschreibung hinzufügen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>The split has no labelled scene for {split} in {folders}.</source>
        <translation>Die Aufteilung hat keine Szene mit Labels für {split} in {folders}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Name scenes for it in the split file.</source>
        <translation>In der Aufteilungsdatei Szenen dafür nennen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>The data sets {one} and {other} cannot be learnt from together: {detail}.</source>
        <translation>Aus den Datensätzen {one} und {other} kann nicht zusammen gelernt werden: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Give them the same classes in the same order, in a dataset.toml each.</source>
        <translation>Ihnen dieselben Klassen in derselben Reihenfolge geben, jeweils in einer dataset.toml.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>There is a run in {path} already.</source>
        <translation>In {path} gibt es schon einen Lauf.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Continue it with --resume, or name another output.</source>
        <translation>Ihn mit --resume fortsetzen oder eine andere Ausgabe nennen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>The run in {path} cannot be continued: {detail}.</source>
        <translation>Der Lauf in {path} lässt sich nicht fortsetzen: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Start anew with another output, or use the configuration and the number of ranks it was started with.</source>
        <translation>Mit einer anderen Ausgabe neu beginnen oder die Konfiguration und die Zahl der Ränge nehmen, mit denen er begonnen wurde.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Rank {rank} of the training ended: {detail}.</source>
        <translation>Rang {rank} des Trainings endete: {detail}.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Continue with --resume from the last checkpoint.</source>
        <translation>Mit --resume vom letzten Checkpoint fortsetzen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>{batch} samples cannot be divided among {ranks} ranks, of which each {spatial} share a scene.</source>
        <translation>{batch} Beispiele lassen sich nicht auf {ranks} Ränge verteilen, von denen je {spatial} eine Szene teilen.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Change --ranks, 'spatial' in [parallel] or 'batch' of the stage.</source>
        <translation>--ranks, „spatial“ in [parallel] oder „batch“ der Phase ändern.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>{ranks} ranks cannot share a scene of {height} × {width} pixels: it has too few tiles of {tile} pixels.</source>
        <translation>{ranks} Ränge können keine Szene von {height} × {width} Pixeln teilen: Sie hat zu wenige Kacheln von {tile} Pixeln.</translation>
    </message>
    <message>
        <location filename="../../engine/wholescene/wire/errors/training.py" />
        <source>Lower 'spatial' in [parallel], or 'tile'.</source>
        <translation>„spatial“ in [parallel] oder „tile“ senken.</translation>
    </message>
</context></TS>
