import unittest

from greeter import GREETINGS, UnknownLanguage, greet
from greeter.web import respond


class Greeting(unittest.TestCase):
    def test_greets_by_name(self):
        self.assertEqual(greet("Ada"), "Hello, Ada!")

    def test_knows_every_language(self):
        for language, word in GREETINGS.items():
            with self.subTest(language=language):
                self.assertTrue(greet("Ada", language).startswith(word))

    def test_refuses_an_unknown_language(self):
        with self.assertRaises(UnknownLanguage):
            greet("Ada", "tlh")

    def test_refuses_an_empty_name(self):
        with self.assertRaises(ValueError):
            greet("  ")


class Web(unittest.TestCase):
    def test_health(self):
        self.assertEqual(respond("/health", {}), (200, {"status": "ok"}))

    def test_greets(self):
        self.assertEqual(respond("/greet", {"name": "Ada", "language": "fr"})[1], {"text": "Bonjour, Ada!"})

    def test_says_what_is_missing(self):
        self.assertEqual(respond("/greet", {})[0], 400)


if __name__ == "__main__":
    unittest.main()
