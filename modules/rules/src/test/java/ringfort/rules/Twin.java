package ringfort.rules;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringTokenizer;

/**
 * A small program that breaks one rule, or one that keeps it although it looks alike, as text: so that hundreds of them
 * are read like a table, and the compiler's own rules do not forbid the mistakes that are their purpose.
 *
 * @param isBroken what the rule is expected to say, which of a limit is not what it should
 * @param rule the short name of the rule, see {@link TwinsTest}
 * @param name also the last part of its package
 * @param source types without a package and without imports
 */
record Twin(boolean isBroken, String rule, String name, String source) {
    /** What a worker looks like to the rules; twins that say {@code Loop} get one. */
    private static final String LOOP = """
            @OnWorker class Loop {
                int turns;
                final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
                void flush() { turns++; }
                void turn() { turns++; }
                @OffWorker void execute(@OnWorker Runnable task) { tasks.add(task); }
                @OffWorker void at(@OnWorker Runnable task, long when) { tasks.add(task); }
                @OffWorker void all(@OnWorker Runnable... all) { tasks.addAll(List.of(all)); }
                @OffWorker void each(@OnWorker List<Runnable> all) { tasks.addAll(all); }
            }
            """;

    private static final String IMPORTS = """
            import module java.base;
            import module java.sql;
            import java.io.*;
            import java.nio.*;
            import java.nio.channels.*;
            import java.nio.file.*;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.concurrent.atomic.*;
            import java.util.concurrent.locks.*;
            import java.util.zip.*;
            import java.math.*;
            import java.net.*;
            import java.time.*;
            import ringfort.api.*;
            import ringfort.sys.*;
            """;

    String packageName() {
        return "twin." + name;
    }

    /** A whole source file. */
    String file() {
        String loop = source.matches("(?s).*\\bLoop\\b.*") ? LOOP : "";
        return "package " + packageName() + ";\n" + IMPORTS + source + "\n" + loop;
    }

    @Override
    public String toString() {
        return name + (isBroken ? " breaks " : " keeps ") + rule;
    }

    /**
     * Blocks of {@code === verdict RULE name}, each followed by its source. The verdict is {@code broken} or {@code good};
     * of limits, {@code unseen} for what breaks the rule and passes, {@code mistaken} for what keeps it and is reported.
     */
    static List<Twin> blocks(String resource) throws IOException {
        List<Twin> twins = new ArrayList<>();
        for (String block : read(resource).split("(?m)^=== ", -1)) {
            if (!block.isBlank()) {
                int end = block.indexOf('\n');
                var head = new StringTokenizer(block.substring(0, end));
                String verdict = head.nextToken();
                boolean isReported = verdict.equals("broken") || verdict.equals("mistaken");
                twins.add(new Twin(isReported, head.nextToken(), head.nextToken(), block.substring(end + 1)));
            }
        }
        return twins;
    }

    /** Lines of {@code verdict name | left | right}, put into a class by {@code template}. */
    static List<Twin> table(String resource, String rule, String template) throws IOException {
        List<Twin> twins = new ArrayList<>();
        for (String line : read(resource).split("\n", -1)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] cells = line.split(" \\| ", 3);
                var head = new StringTokenizer(cells[0]);
                boolean isBroken = head.nextToken().equals("broken");
                String source = template.formatted(cells[1].strip(), cells[2].strip());
                twins.add(new Twin(isBroken, rule, head.nextToken(), source));
            }
        }
        return twins;
    }

    private static String read(String resource) throws IOException {
        try (InputStream in = Twin.class.getResourceAsStream("twins/" + resource)) {
            return new String(Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
