# Sourced by mvnw, ringfort and .ci/run: finds a JDK that is new enough, without preferring a vendor or a place.
#
#   find_jdk NAME   prints the home of the JDK to use; NAME is what the messages on stderr begin with.
#                   JAVA_HOME wins when it is new enough, else the newest JDK among the usual places.

jdk_wanted=25

# Prints the version ("25.0.1") of the JDK at $1; fails when there is no compiler there.
jdk_version() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
    if [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][0-9.]*\).*/\1/p' "$1/release"
    else
        "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9][0-9.]*\).*/\1/p'
    fi | head -n 1 | grep .
}

jdk_is_enough() {
    [ "${1%%.*}" -ge "$jdk_wanted" ] 2>/dev/null
}

# One line "version<TAB>home" for each JDK in the usual places.
list_jdks() {
    set -- /usr/lib/jvm/* /usr/java/* /opt/* /Library/Java/JavaVirtualMachines/*/Contents/Home
    if [ -n "${HOME:-}" ]; then
        set -- "$@" "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*
    fi
    if command -v java >/dev/null 2>&1; then
        set -- "$@" "$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')"
    fi
    for home in "$@"; do
        if version=$(jdk_version "$home"); then
            printf '%s\t%s\n' "$version" "$home"
        fi
    done
}

find_jdk() {
    if [ -n "${JAVA_HOME:-}" ]; then
        if ! version=$(jdk_version "$JAVA_HOME"); then
            echo "$1: JAVA_HOME=$JAVA_HOME has no bin/javac; looking elsewhere" >&2
        elif jdk_is_enough "$version"; then
            printf '%s\n' "$JAVA_HOME"
            return 0
        else
            echo "$1: JAVA_HOME=$JAVA_HOME is JDK $version, older than $jdk_wanted; looking elsewhere" >&2
        fi
    fi
    newest=$(list_jdks | sort -t . -k 1,1n -k 2,2n -k 3,3n -k 4,4n | tail -n 1)
    if jdk_is_enough "$(printf '%s' "$newest" | cut -f 1)"; then
        printf '%s\n' "$newest" | cut -f 2-
        return 0
    fi
    cat >&2 <<END
$1: no JDK $jdk_wanted or newer found (a JDK: bin/java and bin/javac).
  Looked at JAVA_HOME, /usr/lib/jvm, /usr/java, /opt, /Library/Java/JavaVirtualMachines,
  ~/.sdkman/candidates/java, ~/.jdks and the java on the PATH.
  Debian, Ubuntu: apt-get install openjdk-$jdk_wanted-jdk-headless, or temurin-$jdk_wanted-jdk from Adoptium's repository
  Fedora:         dnf install java-$jdk_wanted-openjdk-devel
  macOS:          brew install --cask temurin@$jdk_wanted
  or unpack one anywhere and set JAVA_HOME to it.
END
    return 1
}
