# Waits until standard input ends, which it does when the lab lets go and also when the lab dies, and then ends
# process $1 with signal $2, its group and its descendants: politely first, since some clean up after themselves.
# Last it removes the server's folder $3.
trap '' INT TERM HUP

# The living of the family, one id a line. A daemon's children may have sessions of their own, so descent counts too.
family() {
    sed 's/^\([0-9]*\) (.*) /\1 /' /proc/[0-9]*/stat 2>/dev/null | awk -v head="$1" '
        { if ($2 != "Z") alive[$1] = 1; parent[$1] = $3; if ($1 == head || $4 == head || $5 == head) kin[$1] = 1 }
        END {
            do {
                grown = 0
                for (id in parent) if (!(id in kin) && (parent[id] in kin)) { kin[id] = 1; grown = 1 }
            } while (grown)
            for (id in kin) if (id in alive) print id
        }'
}

read -r _

kin=$(family "$1")
kill -s "$2" "$1" 2>/dev/null
if [ "$2" != KILL ]; then
    for _ in $(seq 40); do
        [ -n "$(family "$1")" ] || break
        sleep 0.05
    done
fi
for id in $kin $(family "$1"); do
    kill -s KILL "$id" 2>/dev/null
done
case $3 in
    */holter-lab-*) rm -rf -- "$3" ;;
esac
exit 0
