/** Writes a status line of its own. */
module consumer.message {
    requires ringfort.message;
}
