package ringfort.bench;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/**
 * Draws lateness histograms as SVG: one panel for each series, side by side on the same logarithmic axes. A bar's height is
 * the share of all values, also logarithmic, because what matters are the few late ones.
 */
final class HistogramPicture {
    /** Upper bounds of the bars in milliseconds; a last bar takes the rest. */
    private static final double[] BOUNDS = {0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 30, 50, 100};

    private static final int PANEL_WIDTH = 250;
    private static final int PLOT_WIDTH = 216;
    private static final int LEFT = 58;
    private static final int TOP = 74;
    private static final int PLOT_HEIGHT = 180;
    private static final int DECADES = 5; // from 0.001 % to 100 %

    /** Values under a name. */
    record Series(String name, Nanos values) {}

    private final Formatter svg = new Formatter(Locale.ROOT);

    private HistogramPicture() {}

    /** Returns the picture as the text of a file. */
    static String draw(String title, String subtitle, List<Series> panels) {
        return new HistogramPicture().picture(title, subtitle, panels);
    }

    private String picture(String title, String subtitle, List<Series> panels) {
        int width = LEFT + PANEL_WIDTH * panels.size() + 8;
        int height = TOP + PLOT_HEIGHT + 66;
        svg.format("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
                font-family="sans-serif" font-size="11" fill="#333">
                <rect width="100%%" height="100%%" fill="#fff"/>
                """, width, height, width, height);
        text(LEFT, 20, "start", title, "font-size=\"15\" font-weight=\"bold\"");
        text(LEFT, 38, "start", subtitle, "fill=\"#666\"");
        for (int i = 0; i < panels.size(); i++) {
            panel(LEFT + i * PANEL_WIDTH, panels.get(i));
        }
        shareLabels();
        text(width / 2, height - 10, "middle", "lateness in ms, up to (server side: close - deadline)", "");
        return svg.format("</svg>%n").toString();
    }

    private void panel(int left, Series series) {
        Nanos values = series.values();
        text(left, TOP - 20, "start", series.name(), "font-weight=\"bold\"");
        String summary = "n=%d  p50 %s  p99 %s  max %s ms"
                .formatted(values.size(), values.millis(0.5), values.millis(0.99), values.millis(1));
        text(left, TOP - 8, "start", summary, "font-size=\"9\" fill=\"#666\"");
        for (int decade = 0; decade <= DECADES; decade++) {
            int y = TOP + PLOT_HEIGHT * decade / DECADES;
            svg.format(
                    "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#ddd\"/>\n", left, y, left + PLOT_WIDTH, y);
        }
        int bars = BOUNDS.length + 1;
        double step = (double) PLOT_WIDTH / bars;
        for (int bar = 0; bar < bars; bar++) {
            bar(left + step * bar, step, bar, values);
        }
    }

    private void bar(double x, double step, int bar, Nanos values) {
        long from = bar == 0 ? Long.MIN_VALUE : nanos(BOUNDS[bar - 1]);
        long to = bar == BOUNDS.length ? Long.MAX_VALUE : nanos(BOUNDS[bar]);
        int count = values.between(from, to);
        String label = bar == BOUNDS.length ? "more" : trimmed(BOUNDS[bar]);
        svg.format(
                "<text x=\"%.1f\" y=\"%d\" font-size=\"9\" text-anchor=\"end\" transform=\"rotate(-60 %.1f %d)\">%s</text>\n",
                x + step, TOP + PLOT_HEIGHT + 12, x + step, TOP + PLOT_HEIGHT + 12, label);
        if (count > 0) {
            double decades = DECADES + Math.log10((double) count / values.size());
            double height = Math.max(2, PLOT_HEIGHT * decades / DECADES);
            svg.format(
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%d</title></rect>\n",
                    x + 1, TOP + PLOT_HEIGHT - height, step - 2, height, bar < 6 ? "#2b7a4b" : "#c46a1b", count);
        }
    }

    private void shareLabels() {
        for (int decade = 0; decade <= DECADES; decade++) {
            String share = trimmed(100 / Math.pow(10, decade)) + " %";
            text(LEFT - 6, TOP + 4 + PLOT_HEIGHT * decade / DECADES, "end", share, "font-size=\"9\"");
        }
        svg.format(
                "<text x=\"12\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 12 %d)\">share of deadlines</text>\n",
                TOP + PLOT_HEIGHT / 2, TOP + PLOT_HEIGHT / 2);
    }

    private static long nanos(double millis) {
        return Math.round(millis * 1e6);
    }

    private static String trimmed(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private void text(int x, int y, String anchor, String text, String attributes) {
        svg.format("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" %s>%s</text>\n", x, y, anchor, attributes, text);
    }
}
