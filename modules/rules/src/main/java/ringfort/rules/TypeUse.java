package ringfort.rules;

/**
 * A place where a class names another type.
 *
 * @param type binary name of the type that is named; of an array, that of its elements
 * @param in what names it: a class, a field or a method, in words
 * @param how the verb, such as {@code calls}
 * @param what what follows the verb: the method called, the field read, the type itself
 * @param file the source file, as the class file calls it
 * @param line where; 1 where the class file has no line, as for an interface without code
 */
record TypeUse(String type, String in, String how, Object what, String file, int line) {
    /** For people: {@code Method <a.B.c()> calls method <d.E.f()> in (B.java:12)}. */
    String describe() {
        String object = what instanceof Code code ? code.inFull() : what.toString();
        return in + " " + how + " <" + object + "> in " + place();
    }

    /** {@code (B.java:12)}, which terminals and editors make a link of. */
    String place() {
        return "(" + file + ":" + line + ")";
    }
}
