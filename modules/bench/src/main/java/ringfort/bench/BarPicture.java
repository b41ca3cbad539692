package ringfort.bench;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** Draws horizontal bars as SVG: one for each server, as long as its median, with a dot for each round. */
final class BarPicture {
    private static final int LEFT = 130;
    private static final int TOP = 56;
    private static final int ROW = 22;
    private static final int PLOT_WIDTH = 460;
    private static final int RIGHT = 70;

    /** @param ours whether it gets the other colour */
    record Bar(String name, boolean ours, double median, List<Double> rounds) {}

    private BarPicture() {}

    /** Returns the picture as the text of a file; the axis begins at zero. */
    static String draw(String title, String subtitle, List<Bar> bars) {
        Formatter svg = new Formatter(Locale.ROOT);
        int width = LEFT + PLOT_WIDTH + RIGHT;
        int height = TOP + ROW * bars.size() + 12;
        double most = bars.stream()
                .flatMap(bar -> bar.rounds().stream())
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        svg.format("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
                font-family="sans-serif" font-size="11" fill="#333">
                <rect width="100%%" height="100%%" fill="#fff"/>
                <text x="10" y="20" font-size="15" font-weight="bold">%s</text>
                <text x="10" y="38" fill="#666">%s</text>
                """, width, height, width, height, title, subtitle);
        for (int i = 0; i < bars.size(); i++) {
            row(svg, bars.get(i), TOP + ROW * i, PLOT_WIDTH / most);
        }
        return svg.format("</svg>%n").toString();
    }

    private static void row(Formatter svg, Bar bar, int y, double scale) {
        double length = Double.isFinite(bar.median()) ? bar.median() * scale : 0;
        svg.format(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\"%s>%s</text>%n",
                LEFT - 8, y + 13, bar.ours() ? " font-weight=\"bold\"" : "", bar.name());
        svg.format(
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                LEFT, y + 2, length, ROW - 7, bar.ours() ? "#2b7a4b" : "#9aa7b0");
        for (double round : bar.rounds()) {
            if (Double.isFinite(round)) {
                svg.format(
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"#222\"/>%n",
                        LEFT + round * scale, y + 2 + (ROW - 7) / 2.0);
            }
        }
        double label = Math.max(
                length,
                bar.rounds().stream().mapToDouble(Double::doubleValue).max().orElse(0) * scale);
        svg.format("<text x=\"%.1f\" y=\"%d\">%.2f</text>%n", LEFT + label + 7, y + 13, bar.median());
    }
}
