package ringfort.bench.abuse;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Cells of the table of attacks and servers, from the lines of a file; a later line takes the place of an earlier one. */
final class AbuseTable {
    /** In the order of the table. */
    static final String SERVERS =
            Arrays.stream(TargetServer.values()).map(TargetServer::label).collect(Collectors.joining(","));

    private static final int CELL_COLUMN = 20;

    private AbuseTable() {}

    static Path file(Path folder) {
        return folder.resolve("abuse.csv");
    }

    /** The line of a cell of which nothing can be said. */
    static String unjudged(String server, String attack) {
        return server + ";" + attack + ";".repeat(CELL_COLUMN - 1) + "could not judge";
    }

    static String markdown(List<String> lines) {
        Map<String, String> cells = new LinkedHashMap<>();
        Set<String> servers = new LinkedHashSet<>();
        Set<String> attacks = new LinkedHashSet<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] columns = line.split(";", -1);
            servers.add(columns[0]);
            attacks.add(columns[1]);
            cells.put(columns[0] + ";" + columns[1], columns[CELL_COLUMN]);
        }
        List<String> across = sorted(servers, SERVERS);
        StringBuilder text = new StringBuilder("| attack | ").append(String.join(" | ", across));
        text.append(" |\n|---|").append("---|".repeat(across.size())).append('\n');
        for (String attack : sorted(attacks, AttackKind.labels() + ",all")) {
            text.append("| ").append(attack);
            across.forEach(server -> text.append(" | ").append(cells.getOrDefault(server + ";" + attack, "–")));
            text.append(" |\n");
        }
        return text.toString();
    }

    private static List<String> sorted(Set<String> names, String order) {
        return Arrays.stream(order.split(",", -1)).filter(names::contains).toList();
    }
}
