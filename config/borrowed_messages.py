"""Sentences of Django and allauth that our pages show and their own Thai lacks or gets wrong.

Nothing imports this. It is here so that script/messages finds them and keeps our Thai for them: a project's catalogue
wins over a package's. A test looks for each in the packages, so that a new release cannot change one unseen.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

# Django's forms
_("This field is required.")
_("This field cannot be null.")
_("This field cannot be blank.")
_("Enter a valid value.")
_("Enter a number.")
_("Enter a whole number.")
_("Enter a valid integer.")
_("Enter a valid date.")
_("Enter a valid time.")
_("Enter a valid date/time.")
_("Enter a valid URL.")
_("Enter a valid email address.")
_("Enter a list of values.")
_("Enter a complete value.")
_("Enter a valid UUID.")
_("“%(value)s” is not a valid UUID.")
_("“%(pk)s” is not a valid value.")
_("“%(value)s” value must be an integer.")
_("Value %(value)r is not a valid choice.")
_("Select a valid choice. %(value)s is not one of the available choices.")
_("Select a valid choice. That choice is not one of the available choices.")
_("Null characters are not allowed.")
_("Ensure this value is less than or equal to %(limit_value)s.")
_("Ensure this value is greater than or equal to %(limit_value)s.")
_("%(model_name)s with this %(field_labels)s already exists.")
_("%(model_name)s with this %(field_label)s already exists.")
_("(Hidden field %(name)s) %(error)s")
_("No file was submitted.")
_("The submitted file is empty.")
_("That page contains no results")
ngettext_lazy(
    "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
    "limit_value",
)
ngettext_lazy(
    "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    "limit_value",
)
ngettext_lazy(
    "Ensure that there are no more than %(max)s digit in total.",
    "Ensure that there are no more than %(max)s digits in total.",
    "max",
)
ngettext_lazy(
    "Ensure that there are no more than %(max)s decimal place.",
    "Ensure that there are no more than %(max)s decimal places.",
    "max",
)
ngettext_lazy(
    "Ensure that there are no more than %(max)s digit before the decimal point.",
    "Ensure that there are no more than %(max)s digits before the decimal point.",
    "max",
)

# Django's passwords
_("The two password fields didn’t match.")
_("Password confirmation")
_("Enter the same password as before, for verification.")
_("New password")
_("Old password")
_("Your old password was entered incorrectly. Please enter it again.")
_("The password is too similar to the %(verbose_name)s.")
_("Your password can’t be too similar to your other personal information.")
_("This password is too common.")
_("Your password can’t be a commonly used password.")
_("This password is entirely numeric.")
_("Your password can’t be entirely numeric.")
ngettext_lazy(
    "Your password must contain at least %(min_length)d character.",
    "Your password must contain at least %(min_length)d characters.",
    "min_length",
)
ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
    "min_length",
)
_("username")
_("email address")
_("first name")
_("last name")

# allauth's forms and refusals
pgettext_lazy("field label", "Login")
_("Username")
_("Password")
_("Password (again)")
_("Current Password")
_("New Password")
_("New Password (again)")
_("Email address")
_("Code")
_("Remember Me")
_("Forgot your password?")
_("This account is currently inactive.")
_("The username and/or password you specified are not correct.")
_("Too many failed login attempts. Try again later.")
_("Be patient, you are sending too many requests.")
_("Please type your current password.")
_("You must type the same password each time.")
_("The new value must be different from the current one.")
_("Please select only one.")
_("Incorrect password.")
_("Incorrect code.")
_("Invalid login.")
_("Invalid or expired key.")
_("The password reset token was invalid.")
_("The email address is not assigned to any user account.")

# allauth's messages
_("You have signed out.")
_("Successfully signed in as %(name)s.")
_("Password successfully changed.")
_("Password successfully set.")

# allauth's second look at who it is: passkeys and codes
_("Confirm Access")
_("Please reauthenticate to safeguard your account.")
_("Alternative options")
_("Use your password")
_("Use authenticator app or code")
_("Use a security key")
_("Sign in with a passkey")
_("Passkey")
_("Authenticator App")
_("Authenticator code")
_("Recovery codes")
_("Recovery Codes")
_("Security Keys")

# allauth's letter with a new password
_("Password Reset Email")
_("Hello from %(site_name)s!")
_("Thank you for using %(site_name)s!\n%(site_domain)s")
_(
    "You're receiving this email because you or someone else has requested a password reset for your user account.\n"
    "It can be safely ignored if you did not request a password reset. Click the link below to reset your password."
)
_("In case you forgot, your username is %(username)s.")
