package ringfort.rules;

/**
 * A place where a class calls a method, refers to one, or uses a field.
 *
 * @param from the method of the source; what a lambda does counts as done by the method that it is written in
 * @param kind what is done
 * @param to the method, or a field by its name and the descriptor of its type
 * @param file the source file, as the class file calls it
 * @param line where; 0 where the class file has no line
 */
record Access(Code from, Kind kind, Code to, String file, int line) {
    /** What is done, as reports say it. */
    enum Kind {
        CALL("calls"),
        REFERENCE("references"),
        READ("gets"),
        WRITE("sets");

        private final String verb;

        Kind(String verb) {
            this.verb = verb;
        }
    }

    boolean isField() {
        return kind == Kind.READ || kind == Kind.WRITE;
    }

    /** For people: {@code Method <a.B.c(int)> calls method <d.E.f()> in (B.java:12)}. */
    String describe() {
        String subject = switch (from.name()) {
            case Code.CONSTRUCTOR -> "Constructor";
            case Code.STATIC_INITIALIZER -> "Static Initializer";
            default -> "Method";
        };
        boolean isConstructor = to.name().equals(Code.CONSTRUCTOR);
        String object = isField()
                ? "field <" + to.qualifiedName() + ">"
                : (isConstructor ? "constructor <" : "method <") + to.withTypesInFull() + ">";
        String place = file.isEmpty() ? Names.simple(Names.topLevel(from.owner())) + ".java" : file;
        return subject + " <" + from.withTypesInFull() + "> " + kind.verb + " " + object + " in (" + place + ":" + line
                + ")";
    }
}
