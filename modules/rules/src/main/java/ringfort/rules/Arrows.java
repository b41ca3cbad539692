package ringfort.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Parts of a project, by name, and the arrows from those that use to those that are used, each with the place in the code
 * that shows it. Arrows are what circles are made of.
 *
 * <p>A knot is a largest set of parts of which each is reached from each other (a strongly connected component). Every
 * circle lies within one knot, and every knot of two or more parts has a circle through each of them.
 */
final class Arrows {
    private final Map<String, Map<String, TypeUse>> arrows = new TreeMap<>();

    /** Adds an arrow; the place shown is the first one that is given. An arrow of a part to itself is none. */
    void add(String from, String to, TypeUse place) {
        if (!from.equals(to)) {
            arrows.computeIfAbsent(from, _ -> new TreeMap<>()).putIfAbsent(to, place);
        }
    }

    /** The place that shows an arrow which was added. */
    TypeUse place(String from, String to) {
        return Objects.requireNonNull(from(from).get(to), () -> "no arrow from " + from + " to " + to);
    }

    private Map<String, TypeUse> from(String part) {
        return arrows.getOrDefault(part, Map.of());
    }

    /** The knots of two or more parts, in the order of their first names. */
    List<Set<String>> knots() {
        Map<String, Collection<String>> there = new HashMap<>();
        Map<String, Collection<String>> back = new HashMap<>();
        arrows.forEach((from, uses) -> {
            there.put(from, uses.keySet());
            uses.keySet()
                    .forEach(to ->
                            back.computeIfAbsent(to, _ -> new ArrayList<>()).add(from));
        });
        List<Set<String>> knots = new ArrayList<>();
        Set<String> done = new HashSet<>();
        for (String part : arrows.keySet()) {
            if (!done.contains(part)) {
                Set<String> knot = new TreeSet<>(reached(part, there));
                knot.retainAll(reached(part, back));
                done.addAll(knot);
                if (knot.size() > 1) {
                    knots.add(knot);
                }
            }
        }
        return knots;
    }

    private static Set<String> reached(String start, Map<String, Collection<String>> arrows) {
        Set<String> reached = new HashSet<>(Set.of(start));
        ArrayDeque<String> next = new ArrayDeque<>(reached);
        while (!next.isEmpty()) {
            for (String part : arrows.getOrDefault(next.remove(), List.of())) {
                if (reached.add(part)) {
                    next.add(part);
                }
            }
        }
        return reached;
    }

    /** A shortest circle within a knot, as the parts on the way; the last one's arrow leads to the first. */
    List<String> shortestCircle(Set<String> knot) {
        List<String> shortest = List.of();
        for (String start : knot) {
            List<String> circle = circle(start, knot);
            if (shortest.isEmpty() || circle.size() < shortest.size()) {
                shortest = circle;
            }
        }
        return shortest;
    }

    private List<String> circle(String start, Set<String> knot) {
        Map<String, String> arrivals = new HashMap<>();
        ArrayDeque<String> next = new ArrayDeque<>(List.of(start));
        while (!arrivals.containsKey(start)) {
            String at = next.remove();
            for (String to : from(at).keySet()) {
                if (knot.contains(to) && arrivals.putIfAbsent(to, at) == null) {
                    next.add(to);
                }
            }
        }
        List<String> circle = new ArrayList<>();
        String at = start;
        do {
            at = arrivals.getOrDefault(at, start);
            circle.addFirst(at);
        } while (!at.equals(start));
        return circle;
    }

    /** Says a circle, one arrow a line, each with the place that shows it. */
    String describe(List<String> circle) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < circle.size(); i++) {
            String from = circle.get(i);
            String to = circle.get((i + 1) % circle.size());
            text.append("\n        ").append(Names.simple(from)).append(" → ").append(Names.simple(to));
            text.append(": ").append(place(from, to).describe());
        }
        return text.toString();
    }
}
