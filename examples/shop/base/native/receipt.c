#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
  char text[32];
  int cents;
};

static struct line *new_line(const char *text, int cents) {
  struct line *made = malloc(sizeof *made);
  strcpy(made->text, text);
  made->cents = cents;
  return made;
}

static void print_line(const struct line *it) { printf("%-32s %6d.%02d\n", it->text, it->cents / 100, it->cents % 100); }

static void print_footer(const char *message) { printf(message); }

int main(int argc, char **argv) {
  int total = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    struct line *it = new_line(argv[i], atoi(argv[i + 1]));
    print_line(it);
    total += it->cents;
    free(it);
  }
  print_line(&(struct line){"total", total});
  print_footer(getenv("RECEIPT_FOOTER") ? getenv("RECEIPT_FOOTER") : "thank you\n");
  return 0;
}
