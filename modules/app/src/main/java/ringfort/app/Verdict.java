package ringfort.app;

/** What {@link Doctor} thinks of one thing it looked at. */
enum Verdict {
    /** As it should be. */
    OK("ok"),
    /** Worth knowing; nothing has to be done. */
    NOTE("note"),
    /** Works, but worse than it could. */
    WARN("warn"),
    /** Nothing can be served here. */
    FAIL("fail");

    private final String label;

    Verdict(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
