/** Is held to the rules by a test. */
module consumer.rules {
    requires ringfort.api;
}
