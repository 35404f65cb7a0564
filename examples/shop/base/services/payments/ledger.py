"""The book of all payments, one line each."""
import os
import pickle
import tempfile

BOOK = "/var/lib/payments/book"


def entries():
    if not os.path.exists(BOOK):
        return []
    with open(BOOK, "rb") as book:
        return pickle.load(book)


def append(account, amount):
    changed = entries() + [(account, amount)]
    draft = tempfile.mktemp(dir=os.path.dirname(BOOK))
    with open(draft, "wb") as book:
        pickle.dump(changed, book)
    os.chmod(draft, 0o666)
    os.rename(draft, BOOK)


def balance(account):
    return sum(amount for owner, amount in entries() if owner == account)
