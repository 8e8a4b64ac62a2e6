"""How rights are exercised is linked from the rights it is told for; bases from the purposes they are given for."""

from __future__ import annotations

from tests.said import claims, lines, linked


def test_a_way_told_in_the_sentence_of_a_right_belongs_to_that_right() -> None:
    said = claims(
        "Rekisteröidyn oikeudet\n\nSinulla on oikeus tarkastaa tietosi, kun toimitat kirjallisen tarkastuspyynnön.\n\n"
        "Sinulla on oikeus tietojen poistamiseen."
    )
    assert "exercise/ExerciseInWriting" in linked(said["right/A15"], "isExercisedAt")
    assert linked(said["right/A17"], "isExercisedAt") == set()


def test_a_way_told_alone_belongs_to_the_rights_of_its_section() -> None:
    said = claims("Rekisteröidyn oikeudet\n\nSinulla on oikeus tietojen poistamiseen. Pyyntö lähetetään sihteerille.")
    assert linked(said["right/A17"], "isExercisedAt") == {"exercise/ExerciseByRequest"}


def test_ways_hang_on_rights_only() -> None:
    text = "Rekisteröidyn oikeudet\n\nSinulla on oikeus tietojen poistamiseen. Pyyntö lähetetään sihteerille."
    links = [line for line in lines(text).split("\n") if "/exercise/ExerciseByRequest> ." in line]
    assert sorted(line.split("> <")[1].rpartition("#")[2] for line in links) == ["hasClaim", "isExercisedAt"]


def test_a_basis_is_given_for_the_purposes_of_its_sentence() -> None:
    said = claims(
        "Käyttötarkoitus ja oikeusperuste\n\nLaskutus perustuu sopimukseen. Suoramarkkinointi perustuu suostumukseen."
    )
    assert linked(said["purpose/PaymentManagement"], "hasLegalBasis") == {"legal-basis/A6-1-b"}
    assert linked(said["purpose/DirectMarketing"], "hasLegalBasis") == {"legal-basis/A6-1-a"}


def test_a_basis_is_given_for_the_purposes_of_its_row() -> None:
    said = claims("Rättslig grund\n\nÄndamål\tRättslig grund\nFakturering\tAvtal\nDirektmarknadsföring\tSamtycke", "sv")
    assert linked(said["purpose/PaymentManagement"], "hasLegalBasis") == {"legal-basis/A6-1-b"}
    assert linked(said["purpose/DirectMarketing"], "hasLegalBasis") == {"legal-basis/A6-1-a"}


def test_no_basis_is_guessed_where_several_are_named() -> None:
    said = claims("Käyttötarkoitus ja oikeusperuste\n\nLaskutus ja suoramarkkinointi perustuvat sopimukseen tai suostumukseen.")
    assert linked(said["purpose/PaymentManagement"], "hasLegalBasis") == set()


def test_a_newsletter_is_an_activity_of_its_own() -> None:
    text = "Rekisterin nimi\n\nAsiakasrekisteri\n\nUutiskirje\n\nTietoja käytetään suoramarkkinointiin."
    assert "/register/1/newsletter>" in lines(text)
    assert claims(text)["purpose/DirectMarketing"].processes == {(1, "newsletter")}
