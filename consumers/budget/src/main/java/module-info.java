/** Keeps the deadlines of a protocol of its own. */
module consumer.budget {
    requires ringfort.budget;
}
