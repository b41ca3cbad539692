package ringfort.proof;

import java.lang.module.ModuleDescriptor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The picture of the published modules: a box each, an arrow to each of ours that its descriptor requires, and in small
 * print what else it requires beside the JDK. Nobody stands above a module that requires it, so all arrows point down.
 */
final class ModuleGraph {
    private static final int BOX_WIDTH = 150;
    private static final int BOX_HEIGHT = 44;
    private static final int COLUMN = 180;
    private static final int ROW = 110;
    private static final int MARGIN = 20;

    private record Box(Room room, int x, int y) {}

    private final Map<String, Room> rooms = new TreeMap<>();
    private final Map<String, Integer> rows = new HashMap<>();
    private final Map<String, Box> boxes = new HashMap<>();

    private ModuleGraph(List<Room> published) {
        published.forEach(room -> rooms.put(room.module(), room));
    }

    static String svg(List<Room> published) {
        ModuleGraph graph = new ModuleGraph(published);
        graph.rooms.values().forEach(graph::row);
        graph.place();
        return graph.draw();
    }

    /** Names of our modules that {@code room} requires. */
    private List<String> required(Room room) {
        return room.descriptor().requires().stream()
                .map(ModuleDescriptor.Requires::name)
                .filter(rooms::containsKey)
                .sorted()
                .toList();
    }

    /** 0 for what nobody requires, else one below the lowest that requires it. */
    private int row(Room room) {
        Integer known = rows.get(room.module());
        if (known != null) {
            return known;
        }
        int row = rooms.values().stream()
                .filter(other -> required(other).contains(room.module()))
                .mapToInt(other -> row(other) + 1)
                .max()
                .orElse(0);
        rows.put(room.module(), row);
        return row;
    }

    /** Each row is centred, in the order of where those stand that require its boxes: fewer arrows cross. */
    private void place() {
        Map<Integer, List<Room>> byRow = rooms.values().stream()
                .collect(Collectors.groupingBy(this::row, TreeMap::new, Collectors.toCollection(ArrayList::new)));
        int widest = byRow.values().stream().mapToInt(List::size).max().orElse(0);
        byRow.forEach((row, inRow) -> {
            inRow.sort(Comparator.comparingDouble(this::meanOfRequirers).thenComparing(Room::module));
            for (int i = 0; i < inRow.size(); i++) {
                int x = MARGIN + (widest - inRow.size()) * COLUMN / 2 + i * COLUMN;
                boxes.put(inRow.get(i).module(), new Box(inRow.get(i), x, MARGIN + row * ROW));
            }
        });
    }

    private double meanOfRequirers(Room room) {
        return boxes.values().stream()
                .filter(box -> required(box.room).contains(room.module()))
                .mapToInt(Box::x)
                .average()
                .orElse(Double.MAX_VALUE);
    }

    private String draw() {
        List<Box> ordered = boxes.values().stream()
                .sorted(Comparator.comparingInt(Box::y).thenComparingInt(Box::x))
                .toList();
        int width = ordered.stream().mapToInt(Box::x).max().orElse(0) + BOX_WIDTH + MARGIN;
        int height = ordered.stream().mapToInt(Box::y).max().orElse(0) + BOX_HEIGHT + MARGIN;
        StringBuilder svg = new StringBuilder();
        svg.append(("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"14\" text-anchor=\"middle\">\n")
                .formatted(width, height, width, height));
        svg.append("<title>The modules of Ringfort and what each requires</title>\n");
        svg.append(
                "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\""
                        + " orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#678\"/></marker></defs>\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        ordered.forEach(box -> required(box.room).forEach(name -> svg.append(arrow(box, at(name)))));
        ordered.forEach(box -> svg.append(box(box)));
        return svg.append("</svg>\n").toString();
    }

    private Box at(String module) {
        Box box = boxes.get(module);
        if (box == null) {
            throw new IllegalStateException("no box for " + module);
        }
        return box;
    }

    private static String arrow(Box from, Box to) {
        int x1 = from.x + BOX_WIDTH / 2;
        int y1 = from.y + BOX_HEIGHT;
        int x2 = to.x + BOX_WIDTH / 2;
        int bend = ROW / 2;
        return "<path d=\"M%d %dC%d %d %d %d %d %d\" fill=\"none\" stroke=\"#678\" marker-end=\"url(#tip)\"/>\n"
                .formatted(x1, y1, x1, y1 + bend, x2, to.y - bend, x2, to.y);
    }

    private String box(Box box) {
        String others = box.room.descriptor().requires().stream()
                .filter(required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .map(ModuleDescriptor.Requires::name)
                .filter(name -> !rooms.containsKey(name) && !name.startsWith("java.") && !name.startsWith("jdk."))
                .sorted()
                .collect(Collectors.joining(", "));
        int middle = box.x + BOX_WIDTH / 2;
        String name =
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#eef3f8\" stroke=\"#678\"/>\n<text x=\"%d\" y=\"%d\">%s</text>\n"
                        .formatted(
                                box.x,
                                box.y,
                                BOX_WIDTH,
                                BOX_HEIGHT,
                                middle,
                                box.y + (others.isEmpty() ? 27 : 20),
                                box.room.module());
        return others.isEmpty()
                ? name
                : name
                        + "<text x=\"%d\" y=\"%d\" font-size=\"9\" fill=\"#567\">%s</text>\n"
                                .formatted(middle, box.y + 35, others);
    }
}
