package ringfort.proof;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A fenced block of a Markdown page.
 *
 * @param page the page
 * @param line where the fence opens, from 1
 * @param language what stands behind the fence, empty if nothing
 * @param mark what the comment on the line above the fence says, empty if there is none; readers do not see it
 * @param text the lines between the fences
 */
record Block(Path page, int line, String language, String mark, String text) {
    private static final Pattern MARK = Pattern.compile("<!-- (.*) -->");
    private static final String FENCE = "```";

    static List<Block> in(Path page, String markdown) {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = markdown.lines().toList();
        for (int open = 0; open < lines.size(); open++) {
            if (lines.get(open).startsWith(FENCE)) {
                int close = open + 1;
                while (!lines.get(close).startsWith(FENCE)) {
                    close++;
                }
                Matcher mark = MARK.matcher(open == 0 ? "" : lines.get(open - 1));
                blocks.add(new Block(
                        page,
                        open + 1,
                        lines.get(open).substring(FENCE.length()),
                        mark.matches() ? mark.group(1) : "",
                        String.join("\n", lines.subList(open + 1, close)) + "\n"));
                open = close;
            }
        }
        return blocks;
    }

    /** What follows {@code verb} in the mark, or null when the mark says something else. */
    @Nullable String marked(String verb) {
        return mark.equals(verb) ? "" : mark.startsWith(verb + " ") ? mark.substring(verb.length() + 1) : null;
    }

    String place() {
        return Room.ROOT.relativize(page) + ":" + line;
    }
}
