/*
 * One flaw at a time, chosen by HOLTER_LAB_FAULT when the server starts: the patches of faults.rs ask for it by name.
 * The real checks stay in the code, and without the variable they hold.
 */
#include <stdlib.h>
#include <string.h>

static inline int lab_fault(const char *name)
{
    const char *chosen = getenv("HOLTER_LAB_FAULT");

    return chosen != NULL && strcmp(chosen, name) == 0;
}

/* Which of the two was wrong can be seen: the connection ends without a word instead of with an alert. */
static inline int lab_tells(int good_padding, int good_mac, int empty, int block)
{
    return (lab_fault("goldendoodle") && good_padding && !good_mac)
           || (lab_fault("zombie-poodle") && !good_padding && good_mac)
           || (lab_fault("zero-length") && good_padding && !good_mac && empty)
           || (lab_fault("zero-length-plain") && good_padding && !good_mac && empty && block == 8);
}
