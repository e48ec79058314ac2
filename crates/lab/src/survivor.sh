# Hears "+ LEADER FOLDER" of every server that begins and "- LEADER" of every one that is somebody else's to end. Standard
# input ends when the lab does: what it left running then is killed, each with its group, and its folder removed.
trap '' INT TERM HUP

left=
while read -r sign leader home; do
    case $sign in
        +) left="$left
$leader $home" ;;
        -) left=$(printf '%s\n' "$left" | grep -v "^$leader ") ;;
    esac
done
printf '%s\n' "$left" | while read -r leader home; do
    [ -n "$leader" ] || continue
    kill -s KILL -- "-$leader" 2>/dev/null
    case $home in
        */holter-lab-*) rm -rf -- "$home" ;;
    esac
done
exit 0
